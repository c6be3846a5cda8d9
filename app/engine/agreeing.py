"""What people did with a ticket beside what we would have done: category, priority, team and answer. No word of anybody is kept.

Category, priority and team say something only where we wrote nothing (shadow): elsewhere people found ours in place. The answer
says something wherever a person wrote it.
"""

from dataclasses import dataclass
from datetime import datetime

from app.engine.configuration.settled import Configuration
from app.engine.lessons import Lesson, lesson
from app.engine.replaying import PastTicket, label
from app.engine.types import Classification, Decision, Draft, Mode
from app.engine.words import meaningful
from connectors.types import Message, Priority, Role, Status, Ticket

COSTS = {"category": 4.0, "route": 2.0, "priority": 1.0}
"""How much a disagreement weighs before our own sureness counts; an answer weighs by what became of it."""
WRONG = {Lesson.WRONG: 4.0, Lesson.FACT: 3.0, Lesson.MISSING: 1.0}
OVER = frozenset({Status.SOLVED, Status.CLOSED})


@dataclass(frozen=True)
class Both:
    """One thing as we would have it, and as people had it; equal is None where one of them said nothing."""

    ours: str = ""
    theirs: str = ""

    @property
    def equal(self) -> bool | None:
        """Whether they agree."""
        return None if not (self.ours and self.theirs) else self.ours.casefold() == self.theirs.casefold()


@dataclass(frozen=True)
class Agreement:
    """One decision and what people made of its ticket."""

    decision: str
    mode: Mode
    at: datetime
    confidence: float = 0.0
    category: Both = Both()
    priority: Both = Both()
    route: Both = Both()
    likeness: float | None = None
    """The share of our draft's and their answer's words that both have; None where one of them is missing."""
    lesson: Lesson | None = None
    by: str = ""
    """The id of the person who answered."""

    @property
    def weight(self) -> float:
        """How bad a disagreement is: what would have gone wrong, the worse the surer we were; 0 where all agree."""
        off = {"category": self.category, "route": self.route, "priority": self.priority}
        sum_ = sum(COSTS[name] for name, both in off.items() if both.equal is False)
        return round((sum_ + (WRONG.get(self.lesson, 0.0) if self.lesson else 0.0)) * (0.5 + self.confidence / 2), 4)


def acted(ticket: Ticket) -> bool:
    """Whether a person has done something with it that says what they think: answered the customer, or ended it."""
    return ticket.status in OVER or any(m.author.role is Role.AGENT and m.public for m in ticket.messages)


def agreement(
    ticket: Ticket,
    judged: tuple[Classification, Draft, Decision],
    configuration: Configuration,
    priority: Priority | None,
    at: datetime,
) -> Agreement:
    """What people made of it by now. ``priority`` is what we would have given it."""
    classification, draft, decision = judged
    ours = classification.category
    watched = decision.mode is Mode.SHADOW
    known = configuration.category(ours)
    answer = next((m for m in _since(ticket, decision) if m.author.role is Role.AGENT and m.public), None)
    said = bool(answer and answer.text.strip() and draft.text.strip())
    return Agreement(
        decision=decision.id,
        mode=decision.mode,
        at=at,
        confidence=classification.confidence,
        category=Both(ours, label(PastTicket(ticket), configuration)) if watched else Both(),
        priority=Both(priority or "", ticket.priority or "") if watched else Both(),
        route=Both(known.team if known else "", ticket.group) if watched else Both(),
        likeness=likeness(draft.text, answer.text) if said and answer else None,
        lesson=lesson(draft.text, answer.text) if said and answer else None,
        by=answer.author.id if answer else "",
    )


def _since(ticket: Ticket, decision: Decision) -> tuple[Message, ...]:
    """What was said after the question that was decided on."""
    places = [n for n, message in enumerate(ticket.messages) if message.id == decision.question]
    return ticket.messages[places[0] + 1 :] if places else ()


def likeness(one: str, other: str) -> float:
    """The share of meaningful words that two texts have in common (Dice), 0 to 1."""
    ours, theirs = set(meaningful(one)), set(meaningful(other))
    return round(2 * len(ours & theirs) / (len(ours) + len(theirs)), 4) if ours or theirs else 1.0
