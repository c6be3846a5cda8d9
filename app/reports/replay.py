"""Old tickets through today's configuration: judged as they were asked, with the knowledge of that day. Writes to nobody."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.engine.configuration import Configuration
from app.engine.pipeline import decide
from app.engine.ports import Classifier, Knowledge
from app.engine.replaying import PastTicket, Played, Tally, as_asked, compared
from app.engine.standing import Standing, took_over

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


@dataclass(frozen=True)
class Replay:
    """What old tickets are judged with. Two of them that were made of the same say the same of a ticket, whatever came before it."""

    configuration: Configuration
    classifier: Classifier
    knowledge: Past

    def played(self, tickets: Iterable[PastTicket], tally: Tally) -> Iterator[Played]:
        """Each ticket beside what people made of it, in their order; one in which no customer wrote is only counted."""
        return tallied((self.one(past) for past in tickets), tally)

    def one(self, past: PastTicket) -> Played | None:
        """That ticket as if it had just come in; None where no customer wrote."""
        asked = as_asked(past.ticket)
        if asked is None:
            return None
        known = self.knowledge.at(asked.updated_at)
        # Nobody signs for a replay: without evidence nothing can be sent, and the audit's coin is not thrown.
        begun = took_over(asked)
        standing = Standing(asked.updated_at, "replay", knowledge=known.version, coin=1.0, human_took_over=begun)
        judgement = decide(asked, self.configuration, self.classifier, known, standing)
        return compared(past, asked, judgement, self.configuration, known.version)


def tallied(every: Iterable[Played | None], tally: Tally) -> Iterator[Played]:
    """The same, counted as they are read; those in which no customer wrote are only counted."""
    for one in every:
        if one is None:
            tally.unasked += 1
        else:
            tally.add(one)
            yield one
