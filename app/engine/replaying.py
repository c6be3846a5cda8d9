"""Old tickets against today's judgement: what was asked then, what a person made of it, and how often we would have been right.

Accuracy is counted where we would have acted: among the tickets that we are sure of, the share that people filed under the
same category. Coverage is counted where people filed them: the share of a category's tickets that we are sure of.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.engine import fields, holds
from app.engine.configuration.settled import Category, Configuration
from app.engine.evidence import digest, lower_bound
from app.engine.lessons import Learned, Lesson, lesson
from app.engine.outcomes import share
from app.engine.pipeline import Judgement
from app.engine.policy import REPLY
from app.engine.standing import Case, Standing
from app.engine.types import Mode
from app.engine.words import fold
from connectors.types import Empty, Message, Role, Status, Ticket

TARGET = 0.95
"""The accuracy that has to be proven before a category may answer by itself."""
OPEN = ("mode_", "capped", "no_evidence", "evidence_", "audit_sample")
"""Begin the reasons that stand in the way of a reply only until evidence is there."""
LONGEST_NAME = 60
NOT_SURE = "not_sure"
TAKEN = "human_here"
"""A person of the team wrote before us: we would have said nothing."""

_OTHER = re.compile("[^a-z0-9]+")


@dataclass(frozen=True)
class PastTicket:
    """A ticket that people have dealt with. ``category`` is what its export says that they filed it under, or empty."""

    ticket: Ticket
    category: str = ""


@dataclass(frozen=True)
class Played:
    """One old ticket, judged as if it had just come in. Empty texts: nothing of the kind."""

    ref: str
    label: str
    """The category that people filed it under."""
    category: str
    confidence: float
    sure: bool
    """We would have acted on the category."""
    sendable: bool
    """A reply would have gone out, had there been evidence."""
    reasons: tuple[str, ...]
    """Codes of what stood in the way."""
    question: str
    draft: str
    answer: str
    """What a person answered."""
    route: tuple[str, str] = ("", "")
    """The team that we would have chosen, and the one that had it."""
    amounts: tuple[str, ...] = ()
    """Sums that the ticket speaks of."""
    knowledge: str = ""
    """The version of the knowledge that the draft was made from."""
    digest: str = ""
    """All that it was judged with, as evidence is bound to it."""
    by: str = ""
    """The person who answered."""
    at: datetime | None = None
    """When they did."""

    @property
    def judged(self) -> bool:
        """Whether a person's label says if we were right."""
        return bool(self.label)

    @property
    def wrong(self) -> bool:
        """We would have acted on another category than people did."""
        return self.judged and self.sure and self.category != self.label


@dataclass
class Line:
    """One category's counts."""

    filed: int = 0
    """Tickets that people filed under it."""
    covered: int = 0
    """Of those, how many we are sure of, rightly or wrongly."""
    n: int = 0
    """Tickets that we are sure belong to it, and that people have judged."""
    correct: int = 0
    sendable: int = 0

    @property
    def accuracy(self) -> float | None:
        """Of those that we are sure of, the share that was right; None where there was none."""
        return share(self.correct, self.n)

    @property
    def bound(self) -> float:
        """What is proven of it: the exact one-sided 95 % lower bound."""
        return lower_bound(self.n, self.n - self.correct)

    @property
    def coverage(self) -> float | None:
        """Of the tickets that people filed under it, the share that we are sure of; None where they filed none."""
        return share(self.covered, self.filed)


@dataclass
class Tally:
    """Everything that was counted. Add each ticket once."""

    tickets: int = 0
    unlabelled: int = 0
    unasked: int = 0
    """Tickets in which no customer wrote, or only after the team, which did not answer any more."""
    lines: dict[str, Line] = field(default_factory=dict)

    def add(self, played: Played) -> None:
        """Count one."""
        self.tickets += 1
        if not played.judged:
            self.unlabelled += 1
            return
        filed = self.lines.setdefault(played.label, Line())
        filed.filed += 1
        filed.covered += played.sure
        if played.sure:
            said = self.lines.setdefault(played.category, Line())
            said.n += 1
            said.correct += played.category == played.label
            said.sendable += played.sendable

    @property
    def total(self) -> Line:
        """All categories together."""
        whole = Line()
        for line in self.lines.values():
            whole.filed += line.filed
            whole.covered += line.covered
            whole.n += line.n
            whole.correct += line.correct
            whole.sendable += line.sendable
        return whole


def allowed(line: Line, category: Category | None, target: float = TARGET) -> Mode:
    """The most that the counts would let a category do; who may answer at all is the configuration's to say."""
    if category is None or category.requires_human or line.bound < target:
        return Mode.ASSIST
    return Mode.DEFLECT


def label(past: PastTicket, configuration: Configuration) -> str:
    """The configuration's category that people filed it under: the export's word, else the one tag, else the one team; or empty."""
    names = {named(category.name): category.name for category in configuration.categories}
    if (said := names.get(named(past.category))) or past.category:
        return said or ""
    tagged = {names[named(tag)] for tag in past.ticket.tags if named(tag) in names}
    if len(tagged) == 1:
        return tagged.pop()
    teams = [c.name for c in configuration.categories if c.team and named(c.team) == named(past.ticket.group)]
    return teams[0] if len(teams) == 1 and not tagged else ""


def named(word: str) -> str:
    """The name that a configuration can give to what people call so; the same for the same word in any spelling, empty for none.

    A word in another script keeps what it has of ours, and a few digits that stand for the rest.
    """
    bare = fold(word.strip()).removeprefix(f"{fields.TAG}_")
    name = _OTHER.sub("-", bare).strip("-")[:LONGEST_NAME].strip("-")
    if not bare or (name and not any(sign.isalpha() and not sign.isascii() for sign in bare)):
        return name
    return "-".join(filter(None, (name[: LONGEST_NAME - 12] or "type", digest(bare)[:6])))


def as_asked(ticket: Ticket) -> Ticket | None:
    """The ticket as it lay there before anybody answered, with nothing that people did later; None where no customer asked.

    Where the team wrote first, what it wrote stays. A customer's word after it counts as a question if a person answered that:
    most are thanks.
    """
    asked = _asked(ticket.messages)
    begun = any(message.author.role is Role.AGENT for message in ticket.messages[:asked])
    first = next((n for n, m in enumerate(ticket.messages) if n > asked and m.author.role is Role.AGENT), None)
    if asked == len(ticket.messages) or (begun and answered(ticket) is None):
        return None
    said = ticket.messages[:first]
    return replace(
        ticket,
        messages=said,
        status=Status.NEW,
        updated_at=said[-1].at,
        tags=frozenset(),
        fields=Empty,
        assignee="",
        group="",
        priority=None,
    )


def answered(ticket: Ticket) -> Message | None:
    """The first thing that a person of the account told the customer who had asked, or None."""
    later = ticket.messages[_asked(ticket.messages) :]
    return next((m for m in later if m.author.role is Role.AGENT and m.public), None)


def _asked(messages: Sequence[Message]) -> int:
    """The place of the customer's first word; behind the last where there is none."""
    places = (n for n, m in enumerate(messages) if m.author.role is Role.CUSTOMER and m.public)
    return next(places, len(messages))


def compared(
    past: PastTicket, asked: Ticket, judgement: Judgement, configuration: Configuration, knowledge: str = ""
) -> Played:
    """What we make of it beside what people made of it. ``knowledge`` is the version that the draft was made from."""
    judged, draft, decision = judgement.classification, judgement.draft, judgement.decision
    case = Case(asked, judged, draft, configuration, Standing(asked.updated_at, "replay"))
    doubts = (holds.unknown_category(case), holds.unsure(case))
    unsure = any(doubts) or any(reason.code == NOT_SURE for reason in judged.reasons)
    codes = tuple(reason.code for reason in decision.reasons if not reason.code.startswith(OPEN))
    known = configuration.category(judged.category)
    question, answer = asked.question, answered(past.ticket)
    return Played(
        ref=past.ticket.ref.id,
        label=label(past, configuration),
        category=judged.category,
        confidence=judged.confidence,
        sure=not unsure,
        sendable=not unsure and not codes and bool(draft.text),
        reasons=codes,
        question=question.text if question else "",
        draft=draft.text,
        answer=answer.text if answer else "",
        route=(known.team if known else "", past.ticket.group),
        amounts=tuple(judged.entities.get("amount", ())),
        knowledge=knowledge,
        digest=digest(judged.engine, draft.engine, knowledge, configuration.digest),
        by=answer.author.id if answer else "",
        at=answer.at if answer else None,
    )


def learned(played: Played, account: str, knowledge: str, now: datetime) -> Learned | None:
    """What a person's answer to an old ticket teaches; None when it says nothing about what is in force.

    Only a draft from today's ``knowledge`` counts, and only where we would have acted on the category, and not stayed silent because
    the team had begun the talk. One for another category than people filed the ticket under is wrong, however well it reads.
    An answer from the future, by a clock that was wrong, would be the newest for ever: it teaches nothing.
    """
    silent = TAKEN in played.reasons
    said = played.judged and played.sure and not silent and played.draft.strip() and played.answer.strip()
    if not said or played.at is None or played.at > now or played.knowledge != knowledge:
        return None
    what = Lesson.WRONG if played.wrong else lesson(played.draft, played.answer)
    name = f"replay-{digest(account, played.ref)[:24]}"
    return Learned(name, played.ref, account, played.category, REPLY, played.digest, what, played.by, played.at)


def summary(tally: Tally, configuration: Configuration) -> Mapping[str, object]:
    """The counts in the line format of ``deskhand replay``."""
    order: Iterable[str] = sorted(tally.lines, key=lambda name: (-tally.lines[name].filed, name))
    return {
        "categories": {
            name: {
                **_figures(tally.lines[name]),
                "mode_allowed": str(allowed(tally.lines[name], configuration.category(name))),
            }
            for name in order
        },
        "totals": {
            "tickets": tally.tickets,
            "unlabelled": tally.unlabelled,
            "unasked": tally.unasked,
            **_figures(tally.total),
        },
    }


def _figures(line: Line) -> dict[str, float | None]:
    return {
        "n": line.n,
        "correct": line.correct,
        "accuracy": None if line.accuracy is None else round(line.accuracy, 4),
        "lower_bound": round(line.bound, 4),
        "coverage": None if line.coverage is None else round(line.coverage, 4),
        "filed": line.filed,
        "sendable": line.sendable,
    }
