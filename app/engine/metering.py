"""What can be billed, worked out from tickets' stories: each ticket once, and only when what it became has lasted.

A use is billable at one moment that its facts settle for good: a conversation when it was answered, a ticket that a person answered with
our draft when it was solved, one that we solved alone when its solution had held. Tests and previews never are.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.engine.outcomes import HELD_AFTER, Hold, Returns, Story, hold
from app.engine.pricing import Use


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. ``kind`` are words such as ``chat/automatic/gpt-4``; ``evidence`` the facts that it rests on."""

    id: str
    use: Use
    ref: str
    kind: str
    evidence: Mapping[str, str]
    at: datetime


def entries(
    account: str, stories: Sequence[Story], now: datetime, models: Mapping[str, str] | None = None
) -> list[Entry]:
    """Everything that is billable by now, in a fixed order. ``models`` is ticket -> the model that wrote for it."""
    returns, known = Returns(stories), models or {}
    found: dict[str, Entry] = {}
    for story in stories:
        if not story.test:
            for entry in _of(account, story, returns, known.get(story.ticket, "")):
                if entry.at <= now and (entry.id not in found or entry.at < found[entry.id].at):
                    found[entry.id] = entry
    return sorted(found.values(), key=lambda one: (one.at, one.id))


def _of(account: str, story: Story, returns: Returns, model: str) -> Iterator[Entry]:
    how = "automatic" if story.ours and not story.touched else "assisted" if story.drafted else "human"
    kind = "/".join(part for part in (story.channel, how, model) if part)
    facts = _facts(story)
    if story.answered_at is not None:
        yield Entry(
            _id(account, "conversation", story.ticket), Use.CONVERSATION, story.ticket, kind, facts, story.answered_at
        )
    if story.solved_at is not None:
        # One ticket is billed once, whichever came first: both have the same id.
        name = _id(account, "ticket", story.ticket)
        if story.automatic:
            yield from _held(name, story, returns, kind)
        elif story.drafted and (story.touched or story.kept) and story.answered_at:
            yield Entry(name, Use.ASSISTED, story.ticket, kind, facts, story.solved_at)
    if story.agent:
        at = story.answered_at or story.opened_at
        month = f"{at:%Y-%m}"
        yield Entry(_id(account, "seat", story.agent, month), Use.SEAT, story.agent, "", {"first": story.ticket}, at)


def _held(name: str, story: Story, returns: Returns, kind: str) -> Iterator[Entry]:
    """When its time is over, whatever was said before: who comes back on the last day postponed it."""
    if story.solved_at is None:
        return
    at = story.solved_at + HELD_AFTER
    what = hold(story, returns, at)
    if what in (Hold.CONFIRMED, Hold.ASSUMED):
        yield Entry(name, Use.AUTOMATIC, story.ticket, kind, {**_facts(story), "hold": str(what)}, at)


def _facts(story: Story) -> dict[str, str]:
    """Times and ids that somebody who disputes a line is shown; no word of anybody."""
    moments = {"opened": story.opened_at, "answered": story.answered_at, "solved": story.solved_at}
    facts = {name: at.isoformat() for name, at in moments.items() if at}
    return facts | {"category": story.category, "agent": story.agent}


def _id(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def blended(entries_: Iterable[Entry]) -> float:
    """The share of billed tickets that we resolved alone: what a blended price moves with."""
    counted = [entry.use for entry in entries_ if entry.use in (Use.AUTOMATIC, Use.ASSISTED)]
    return counted.count(Use.AUTOMATIC) / len(counted) if counted else 0.0
