"""What the engine needs from outside, as small protocols. Implementations are wired in ``services``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from app.engine.types import Classification, Passage
from connectors.types import Ticket

ANSWERS = 0.5
"""The score from which a passage answers what was asked; below it, it is about the same and a person decides."""


class Classifier(Protocol):
    """Says what a ticket is about. Never raises on any text; no label when it does not know."""

    version: str

    def classify(self, ticket: Ticket) -> Classification:
        """The judgement on the whole ticket, newest question foremost."""
        ...


class Knowledge(Protocol):
    """Finds passages that may answer, best first."""

    version: str
    """Changes whenever an article does."""

    def search(self, query: str, *, locale: str = "", limit: int = 5) -> Sequence[Passage]:
        """At most ``limit`` passages, best first, none when nothing fits."""
        ...


@dataclass(frozen=True)
class Way:
    """How a category wants to be looked up: ``origin`` names the system or folder whose answers come first, where there is one."""

    origin: str = ""
    vectors: bool = True
    """False: only pages that share a word with the question are looked at."""
    meaning: bool = True
    """False: whether a page answers is judged by its words alone."""


@runtime_checkable
class Steered(Protocol):
    """Extra: knowledge that can be looked up in several ways."""

    def by(self, way: Way) -> Knowledge:
        """The same knowledge, looked up in that way."""
        ...


@dataclass(frozen=True)
class Before:
    """A ticket that people solved before, without anything personal, and how much alike the questions are, 0 to 1."""

    ticket: str
    resolution: str = field(repr=False)
    alike: float
    at: datetime


@runtime_checkable
class Remembers(Protocol):
    """Extra: knowledge that also knows how people solved tickets before. Evidence for an agent, never an answer."""

    def before(self, question: str, *, limit: int = 3) -> Sequence[Before]:
        """The solved tickets that are most like a question, best first, none when none is alike."""
        ...
