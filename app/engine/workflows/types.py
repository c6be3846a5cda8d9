"""What an action is given, and what it may answer: the contract between a workflow's runner and its actions.

An action is a plain function ``act(step, scene) -> Move``. It is called again from its start whenever something new is known
(a backend answered, the customer wrote, a time came), so it keeps nothing, changes nothing and decides by the scene alone.
How to write one stands in ``app/engine/actions/__init__.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from app.engine.configuration.settled import Configuration
from app.engine.configuration.steps import Step, Workflow
from app.engine.types import Classification, Reason
from connectors.types import File, Ticket

__all__ = [
    "NOBODY",
    "Action",
    "Answer",
    "Ask",
    "Call",
    "Done",
    "Ended",
    "Exchange",
    "Failure",
    "HandOver",
    "Identity",
    "Level",
    "Move",
    "Progress",
    "Prove",
    "Scene",
    "Step",
    "Wait",
    "Workflow",
]

Values = Mapping[str, Any]
"""Plain JSON by name: outputs, inputs, settings. They are saved with the run."""


def _nothing() -> Values:
    return MappingProxyType({})


class Level(IntEnum):
    """How well it is proven who speaks, least first."""

    NOBODY = 0
    HOST = 1
    """The helpdesk says so: the ticket's requester wrote it, by the address or login that it knows."""
    CODE = 2
    """They repeated a code that was sent to them."""
    APP = 3
    """They gave a code of their authenticator."""
    PERSON = 4
    """A member of the team vouches."""


@dataclass(frozen=True)
class Identity:
    """Who is proven to speak. Bound outside of any text: nothing that a customer writes changes it."""

    email: str = ""
    """Case-folded; what ``owner`` outputs are compared with."""
    user: str = ""
    """The person's id at the host."""
    level: Level = Level.NOBODY


NOBODY = Identity()


class Failure(StrEnum):
    """Why an operation gave nothing."""

    NOT_FOUND = "not_found"
    FOREIGN = "foreign"
    """It is somebody else's, so nothing of it is shown."""
    REFUSED = "refused"
    """The backend said no: already refunded, already shipped."""
    DOWN = "down"
    """No answer, or none that can be read."""
    UNSUPPORTED = "unsupported"
    """No connected backend does that."""
    REJECTED = "rejected"
    """A person said no."""
    LIMIT = "limit"
    """It is more than the configuration lets Deskhand do."""
    UNCLEAR = "unclear"
    """It may or may not have been taken: only a person can tell."""


@dataclass(frozen=True)
class Call:
    """Ask for an operation of ``connectors.operations``. ``system`` is the backend's name where more than one may do it.

    ``needed``: when it fails, the run ends with a person and the earlier effects are undone; otherwise the action sees the
    failure. The runner knows reads from effects: nothing but a read is done without permission.
    """

    operation: str
    inputs: Values = field(default_factory=_nothing)
    system: str = ""
    needed: bool = True
    then: tuple["Call", ...] = field(default=(), compare=False)
    """What the step asks for next whatever comes of this: a person is asked about all of it at once."""


@dataclass(frozen=True)
class Answer:
    """What came of a call. ``failure`` is empty when it was done."""

    outputs: Values = field(default_factory=_nothing)
    files: tuple[File, ...] = ()
    failure: Failure | None = None
    source: str = ""
    """Which backend said so."""

    def __bool__(self) -> bool:
        return self.failure is None


@dataclass(frozen=True)
class Exchange:
    """A call and its answer."""

    call: Call
    answer: Answer


# --- moves: what an action may answer -----------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """The step is over. ``says`` goes into the customer's answer (Markdown), ``notes`` are lines for the team."""

    outputs: Values = field(default_factory=_nothing)
    says: str = ""
    notes: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    """Attached to the answer."""
    without_files: bool = False
    """What earlier steps wanted to attach is left out."""
    last: bool = False
    """The steps after this one are left out: the customer does not want them."""


@dataclass(frozen=True)
class Ask:
    """Ask the customer. Their next message is the last of ``scene.heard``; after two questions in a step a person takes over."""

    slots: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Prove:
    """Go on only once it is proven at ``level`` who speaks. ``way`` is one of ``engine.identity.Way``: how a code reaches them."""

    level: Level
    says: str = ""
    way: str = ""


@dataclass(frozen=True)
class Wait:
    """Go on at ``until``, or as soon as ``event`` is heard (``issue.resolved:SUP-17``), whichever comes first.

    What came stands in ``scene.happened``. ``says`` is told to the customer before the wait.
    """

    until: datetime | None = None
    event: str = ""
    says: str = ""


@dataclass(frozen=True)
class HandOver:
    """A person goes on. ``reason.text`` is a line for the team without customer text; ``says`` a draft for them to send."""

    reason: Reason
    says: str = ""
    notes: tuple[str, ...] = ()


Move = Done | Call | Ask | Prove | Wait | HandOver


# --- what a run has come to ---------------------------------------------------------------------------------


class Ended(StrEnum):
    """How a run ended."""

    DONE = "done"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True)
class Progress:
    """How far a run is. Everything that it takes to go on after a crash or a week."""

    workflow: Workflow
    at: int = 0
    """The step that is on."""
    outputs: Mapping[str, Values] = field(default_factory=lambda: MappingProxyType({}))
    """Step -> its outputs, in the order in which they were done."""
    exchanges: tuple[Exchange, ...] = ()
    """What the step that is on has asked backends."""
    asked: int = 0
    heard: tuple[str, ...] = ()
    """What the customer wrote since this step first asked."""
    waiting: Ask | Prove | Wait | None = None
    happened: Values = field(default_factory=_nothing)
    since: datetime | None = None
    """When the wait began that is on, or that ended last."""
    says: tuple[str, ...] = ()
    """What the customer has not been told yet."""
    notes: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    sources: tuple[str, ...] = ()
    """What was asked of whom, such as ``Look up an order (shopify)``."""
    trace: tuple[str, ...] = ()
    """Every step in a line: what was done, left out, by which values."""
    ended: Ended | None = None
    reason: Reason | None = None
    """Why a person goes on."""


@dataclass(frozen=True)
class Scene:
    """All that an action may read."""

    ticket: Ticket
    classification: Classification
    configuration: Configuration
    identity: Identity
    now: datetime
    facts: Values = field(default_factory=_nothing)
    """What conditions ask about: the ticket's facts, with every output of earlier steps on top."""
    outputs: Values = field(default_factory=_nothing)
    """The outputs of the earlier steps, merged; the latest of a name counts."""
    steps: Mapping[str, Values] = field(default_factory=lambda: MappingProxyType({}))
    """The same by step."""
    before: Values = field(default_factory=_nothing)
    """The merged outputs of this ticket's earlier runs: the order that it was about."""
    recalled: Values = field(default_factory=_nothing)
    """The same of another ticket of a person who is proven to ask here, too: only where nothing else says it."""
    offered: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Operation -> the systems that are connected for it."""
    exchanges: tuple[Exchange, ...] = ()
    heard: tuple[str, ...] = ()
    """The customer's answers to this step's questions, oldest first."""
    asked: int = 0
    happened: Values = field(default_factory=_nothing)
    """What ended this step's wait: an event's values, or ``{"time": ...}``; empty when it has not waited."""
    since: datetime | None = None
    """When that wait began."""
    topic: str = ""
    """The category that the workflow is for: what a customer answers with, such as a code, has none of its own."""

    @property
    def category(self) -> str:
        """What the run is about; of a workflow for any category, what the message is about."""
        return self.topic or self.classification.category

    @property
    def question(self) -> str:
        """The customer's newest message, or nothing."""
        asked = self.ticket.question
        return asked.text if asked else ""

    def answer(self, call: Call) -> Answer | None:
        """What came of a call that this step has made; None when it has not been made yet."""
        return next((one.answer for one in self.exchanges if one.call == call), None)

    def offers(self, operation: str, system: str = "") -> bool:
        """Whether some connected backend does that."""
        systems = self.offered.get(operation, frozenset())
        return system in systems if system else bool(systems)


@dataclass(frozen=True)
class Action:
    """What the registry holds for a name: the function, and what it states about itself.

    ``inputs`` are outputs of earlier steps that it reads, ``outputs`` what conditions and later steps may use,
    ``operations`` all that it may call: they say what it can do wrong.
    """

    act: Callable[[Step, Scene], Move]
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
