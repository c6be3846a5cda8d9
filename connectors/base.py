"""The contract: what a vendor's connector promises. The suite in ``tests/contract`` runs it for every registry line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from connectors.panel import Panel
from connectors.types import Article, Change, Event, Inbound, Level, Person, Receipt, Ref, Teammate, Ticket


@dataclass(frozen=True)
class Answer:
    """What to say to a vendor's webhook: each vendor resends, throttles and disables by its own rules."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Answers:
    """A vendor's four answers. ``accepted`` is given only after the event is durable."""

    accepted: Answer = Answer(200)
    unsigned: Answer = Answer(401)
    unreadable: Answer = Answer(200)
    unavailable: Answer = Answer(503, {"Retry-After": "10"})


@dataclass(frozen=True)
class Connection:
    """What a connector needs to speak for one account at one vendor. ``secrets`` never reach a log or an error."""

    id: str
    base_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Setting:
    """One thing an admin fills in: it drives the command line, the form, the validation and the masking."""

    name: str
    help: str
    secret: bool = False
    required: bool = True
    pattern: str = ""
    """A regular expression that the whole value matches."""


class Connector(Protocol):
    """A vendor we can write to. Built as ``Class(connection)``: no call is made and no file is read then.

    ``supports`` lists the changes that ``apply`` takes; the gate has downgraded the others before.
    """

    name: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]
    supports: ClassVar[frozenset[type[Change]]]

    def __init__(self, connection: Connection) -> None: ...

    def check(self) -> Mapping[str, str]:
        """Make one cheap authenticated call; say who we are there (``user_id``, ``account``). Raises a ConnectorError."""
        ...

    def apply(
        self,
        ref: Ref,
        changes: Sequence[Change],
        *,
        key: str,
        expect: str | None = None,
        since: datetime | None = None,
    ) -> Receipt:
        """Make ``changes`` once, in one request where the vendor allows it.

        ``key`` names the effect and is left where the vendor shows it to us again. ``expect`` is the revision the
        changes were decided on: when the ticket has another one, ``Conflict`` is raised and nothing is written.
        ``since`` is given when an earlier attempt, begun then, may have been taken: the vendor is read first and, if
        the key is there, that receipt comes back (``recovered``) and nothing is sent. The same key twice, with
        ``since``, therefore gives the first receipt, also after a crash in between.
        """
        ...


class Helpdesk(Connector, Protocol):
    """A vendor that holds tickets and tells us about them."""

    answers: ClassVar[Answers]

    def receive(self, request: Inbound) -> Iterable[Event]:
        """Verify, then read, a webhook: constant time, on the bytes that arrived, before anything is parsed.

        Our own events, machines' own noise and kinds we do not need come back as nothing.
        Raises BadSignature or BadPayload.
        """
        ...

    def ticket(self, ref: Ref) -> Ticket:
        """The whole conversation, now, past every cache."""
        ...


@runtime_checkable
class Greets(Protocol):
    """Extra: a vendor that asks for a word back when the address is set (Slack's ``url_verification``)."""

    def greeting(self, request: Inbound) -> Answer | None:
        """The word, for a verified greeting; None for everything else. Raises BadSignature."""
        ...


@runtime_checkable
class TellsChanged(Protocol):
    """Extra: a vendor that can be asked what changed lately, because webhooks get lost."""

    def changed(self, since: datetime) -> Iterable[Event]:
        """An event per ticket updated since then, with a delivery that is stable for that update."""
        ...


@runtime_checkable
class HasArticles(Protocol):
    """Extra: a vendor that holds the account's articles."""

    def articles(self, since: datetime | None) -> Iterable[Article]:
        """Published articles updated since then, restricted ones marked."""
        ...


@runtime_checkable
class HasTeammates(Protocol):
    """Extra: a vendor that says who can be given tickets, and who is there."""

    def teammates(self) -> Sequence[Teammate]:
        """Everybody who can be given tickets now; what the plan or a permission does not show is left unknown.

        Raises a ConnectorError when not even their names can be read.
        """
        ...


@runtime_checkable
class TellsSolved(Protocol):
    """Extra: a vendor whose solved tickets can be read, so that people find how the same was solved before."""

    def solved(self, since: datetime) -> Iterable[Ticket]:
        """Every ticket that is solved or closed and was updated since then, whole, the longest untouched first.

        Read one by one: whoever stops asking makes no further call. One that cannot be read is left out.
        """
        ...


@runtime_checkable
class Prepares(Protocol):
    """Extra: a vendor where our fields have to exist before they can be written."""

    def prepare(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Create what is missing of ``fields`` (name -> title) and give their ids back; twice changes nothing."""
        ...


@runtime_checkable
class Renews(Protocol):
    """Extra: a vendor whose tokens end. Built as ``Class(connection, renew)``; ``renew()`` gives secrets that are saved already."""

    @staticmethod
    def renewed(connection: Connection) -> Mapping[str, str]:
        """The secrets that take the place of those that ended, which are dead from then on; one caller at a time.

        Raises AuthFailed when an admin has to connect again.
        """
        ...


@runtime_checkable
class Answerable(Protocol):
    """Extra: a vendor where the person who pressed a button can be told something only they see."""

    def answer(self, url: str, text: str) -> None:
        """Tell them, at the address that came with the click."""
        ...


@runtime_checkable
class NotesApart(Protocol):
    """Extra: a vendor whose notes never lie in the ticket but elsewhere, in a place that is proved internal before each."""

    @property
    def notes_apart(self) -> bool:
        """Whether this connection has such a place."""
        ...


@runtime_checkable
class RedactsWhole(Protocol):
    """Extra: a vendor that takes out whole messages only; what people may keep of one has to be noted before."""

    redacts_whole: ClassVar[bool]


@runtime_checkable
class ErasesPeople(Protocol):
    """Extra: a vendor that can be asked to erase a customer's own record. Only ever asked when somebody of the account approved it."""

    def customers(self, people: Sequence[str]) -> Sequence[str]:
        """The ids there of the customers who have one of these ids or addresses, each once. Nothing is changed.

        Raises NotErased where one of them is of the team.
        """
        ...

    def erase(self, customer: str) -> bool:
        """Erase the customer with this id for good; False where they are gone already. What was cut off half way can be asked again.

        Raises NotErased where the vendor does not do that.
        """
        ...


@runtime_checkable
class Doubts(Protocol):
    """Extra: a vendor that can be asked whether a setting will do, although the token is good."""

    def doubts(self) -> Sequence[str]:
        """A line for each setting that will not, none when all will. Raises a ConnectorError."""
        ...


@runtime_checkable
class Announces(Protocol):
    """Extra: a vendor where the account's own people can be told something in a channel of theirs."""

    def announce(self, channel: str, text: str, *, key: str, again: bool, buttons: Sequence[str] = ()) -> None:
        """Post ``text`` there; ``again``: only if no earlier attempt of that key is found. Raises a ConnectorError.

        ``buttons`` are actions of ``Click``, whose value is the key. Refused for a channel that anybody external reads.
        """
        ...


@dataclass(frozen=True)
class Frame:
    """How our pages are shown inside a host: the ``origin`` whose frame it is, the host's own ``script``, and ours that speaks to it."""

    origin: str
    script: str
    adaptor: str
    """JavaScript which sets ``window.deskhandHost``; see ``app/web/pages/static/sidebar.js``."""


@dataclass(frozen=True)
class Entrance:
    """Somebody whom a host sends to one of our pages, proven. ``once`` may be used one time, and is over at ``ends``."""

    person: Person
    once: str = field(repr=False)
    ends: datetime


@runtime_checkable
class Ranks(Protocol):
    """Extra: a vendor that can be asked what one of the account's people may do there."""

    def level(self, person: str) -> Level:
        """What that person may do, by their role at the host now.

        Raises BadSignature for who is no member of the team (any more), another ConnectorError where that cannot be told.
        """
        ...


@runtime_checkable
class SignsIn(Ranks, Protocol):
    """Extra: a vendor whose own pages open ours in a frame, and say who looks."""

    @property
    def frame(self) -> Frame:
        """Where our pages are shown."""
        ...

    @staticmethod
    def comes_from(request: Inbound) -> str:
        """The base address that the request names: to find the connection by, and believed in nothing else."""
        ...

    def signed_in(self, request: Inbound) -> Entrance:
        """Who opens the page. Raises BadSignature for whatever this very installation did not sign, or not now."""
        ...


@dataclass(frozen=True)
class Touch:
    """What somebody did in a sidebar that the host draws itself: opened it (no ``press``), or pressed something."""

    ref: Ref
    person: Person
    press: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


@runtime_checkable
class Draws(Protocol):
    """Extra: a vendor that draws our sidebar itself, from components."""

    @staticmethod
    def comes_from(request: Inbound) -> str:
        """The tenant that the request names: to find the connection by, and believed in nothing else."""
        ...

    def proved(self, request: Inbound) -> None:
        """Raises BadSignature for whatever the vendor did not sign for this very app."""
        ...

    def touched(self, request: Inbound) -> Touch:
        """What was done there, in a request that is proved. Raises BadPayload."""
        ...

    def drawn(self, panel: Panel, *, page: str = "") -> Answer:
        """The sidebar as this vendor wants it, within its limits of size; ``page`` is where more stands. Makes no call."""
        ...

    def healthy(self, trouble: str, *, page: str = "") -> Answer:
        """The word to the vendor's question whether this installation is well; ``trouble`` is empty when it is."""
        ...
