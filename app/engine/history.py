"""What is known around a ticket: the same person's other tickets, its mood so far, what it repeats, and what it is a part of.

Filled in by jobs from what was kept of earlier tickets; nothing that anybody wrote is in it.
"""

from dataclasses import dataclass
from datetime import datetime

from app.engine.memory import Memory


@dataclass(frozen=True)
class Related:
    """Another ticket, as a briefing names it."""

    ticket: str
    """Our own id of it."""
    url: str
    category: str
    at: datetime
    mood: float | None = None
    """How the customer felt there last, -1 to 1."""


@dataclass(frozen=True)
class Cluster:
    """Tickets of several people that probably have one cause."""

    id: str
    parent: Related
    tickets: int
    people: int
    since: datetime
    confirmed: bool = False
    """Somebody of the team has said that it is one incident."""


@dataclass(frozen=True)
class History:
    """Everything of that about one ticket. Whatever is left at its default is simply not said."""

    earlier: tuple[Related, ...] = ()
    """The same person's other tickets, newest first; a few at most."""
    moods: tuple[float, ...] = ()
    """The sentiments judged in this ticket before now, oldest first."""
    twin: Related | None = None
    """The older open ticket in which the same person probably asked the same."""
    mergeable: bool = False
    """Whether this ticket's host could merge the two, once a person says so."""
    cluster: Cluster | None = None
    recalled: Memory | None = None
    """What this person, proven to ask, last spoke of in another ticket."""
    known: bool = False
    """Whether this person was a customer before: somebody who wrote earlier and was no spammer."""

    @property
    def before(self) -> tuple[float, ...]:
        """How the earlier tickets ended, oldest first, where that was judged."""
        return tuple(one.mood for one in reversed(self.earlier) if one.mood is not None)
