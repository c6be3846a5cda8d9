"""A ticket's story so far, told from one look at it: who answered first, who wrote in it, whether it was solved and came back."""

from dataclasses import dataclass, replace

from app.engine.fields import MERGED_TAG
from app.engine.outcomes import Story
from connectors.types import Message, Role, Status, Ticket

OVER = frozenset({Status.SOLVED, Status.CLOSED})


@dataclass(frozen=True)
class Ours:
    """What we know of our own part: who the customer is as a keyed hash, and what was decided last."""

    person: str = ""
    category: str = ""
    confidence: float = 0.0
    drafted: bool = False
    quoted: bool = False
    """The draft quotes the account's knowledge."""
    kept: bool = False
    """A person let a draft stand, as this look shows."""
    edited: bool = False
    """A person sent a draft in words of their own, as this look shows."""
    automatic: bool = False
    """Something went out on evidence alone, without a person's click."""
    helped: bool = False
    rating: int | None = None
    mood: float | None = None
    """How the customer feels now, and how likely a good rating is."""
    foreseen: float | None = None
    escalated: bool = False
    test: bool = False


def retold(before: Story | None, ticket: Ticket, ours: Ours) -> Story:
    """The story after this look. A ticket that is seen solved was solved when it last changed; one that is open again came back."""
    known = before or Story(ticket.ref.id, ours.person, ours.category, ours.category, ticket.created_at)
    answer = next((m for m in ticket.messages if _answers(m)), None)
    theirs = next((m for m in ticket.messages if m.author.role is Role.AGENT), None)
    agent = theirs.author.id if theirs else ""
    told = replace(
        known,
        person=ours.person or known.person,
        problem=ours.category or known.problem,
        category=ours.category or known.category,
        channel=ticket.channel,
        answered_at=answer.at if answer else None,
        ours=answer is not None and answer.author.role is Role.US and ours.automatic,
        drafted=ours.drafted or known.drafted,
        quoted=ours.quoted or known.quoted,
        kept=ours.kept or known.kept,
        edited=ours.edited or known.edited,
        touched=bool(agent),
        touched_at=theirs.at if theirs else None,
        merged=known.merged or MERGED_TAG in ticket.tags,
        escalated=ours.escalated or known.escalated,
        helped=ours.helped or known.helped,
        rating=ours.rating if ours.rating is not None else known.rating,
        moods=known.moods if ours.mood is None else (*known.moods[:1], ours.mood),
        foreseen=known.foreseen if ours.foreseen is None or known.rating is not None else ours.foreseen,
        confidence=ours.confidence or known.confidence,
        agent=agent or known.agent,
        test=ours.test or known.test,
    )
    return _ended(told, ticket)


def _answers(message: Message) -> bool:
    return message.public and message.author.role in (Role.US, Role.AGENT)


def _ended(story: Story, ticket: Ticket) -> Story:
    """When it was solved, and when it came back after that. The first return counts: it did not hold."""
    if ticket.status in OVER:
        return story if story.solved_at else replace(story, solved_at=ticket.updated_at)
    if story.solved_at is None or story.reopened_at is not None:
        return story
    back = next((m.at for m in ticket.messages if m.at > story.solved_at and m.author.role is Role.CUSTOMER), None)
    return replace(story, reopened_at=back or ticket.updated_at)
