"""Old tickets through today's configuration: judged as they were asked, with the knowledge of that day. Writes to nobody."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.engine.configuration import Configuration
from app.engine.pipeline import decide
from app.engine.ports import Classifier, Knowledge
from app.engine.replaying import PastTicket, Played, Tally, as_asked, compared
from app.engine.standing import Standing

KEPT = 8
"""Views of the knowledge at different moments that are kept at once."""


@dataclass(frozen=True)
class Then:
    """The account's knowledge as it stood: ``moments`` are when any of it changed, ``made`` gives what counted at one of them."""

    moments: Sequence[datetime]
    made: Callable[[datetime], Knowledge]


class Past:
    """Knowledge as of a ticket's day; two tickets between which nothing changed share one view."""

    def __init__(self, then: Then) -> None:
        self._then = then
        self._views: dict[int, Knowledge] = {}

    def at(self, moment: datetime) -> Knowledge:
        """What was known then. Nothing that was written later is in it."""
        number = bisect_right(self._then.moments, moment)
        if number not in self._views:
            if len(self._views) >= KEPT:
                self._views.pop(next(iter(self._views)))
            self._views[number] = self._then.made(self._then.moments[number - 1] if number else moment)
        return self._views[number]


@dataclass
class Replay:
    """One run. ``tally`` grows while ``played`` is read."""

    configuration: Configuration
    classifier: Classifier
    knowledge: Past
    tally: Tally

    def played(self, tickets: Iterable[PastTicket]) -> Iterator[Played]:
        """Each ticket beside what people made of it, in their order; one in which no customer wrote is only counted."""
        for past in tickets:
            asked = as_asked(past.ticket)
            if asked is None:
                self.tally.unasked += 1
                continue
            known = self.knowledge.at(asked.updated_at)
            # Nobody signs for a replay: without evidence nothing can be sent, and the audit's coin is not thrown.
            standing = Standing(asked.updated_at, "replay", knowledge=known.version, coin=1.0)
            judgement = decide(asked, self.configuration, self.classifier, known, standing)
            one = compared(past, asked, judgement, self.configuration, known.version)
            self.tally.add(one)
            yield one
