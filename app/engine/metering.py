"""What can be billed, worked out from tickets' stories: each ticket once, and only when what it became has lasted.

A use is billable at one moment that its facts settle for good: a conversation when it was answered, a ticket when its solution had held,
as ours alone where no person had written in it by then, else as a person's who had our draft. Tests and previews never are, nor is a
ticket that became a part of another one, nor a solution that did not last, whoever answered after it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.engine.outcomes import HELD_AFTER, Hold, Returns, Story, hold, share
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
        if not (story.test or story.merged):
            for entry in _of(account, story, returns, known.get(story.ticket, "")):
                if entry.at <= now and (entry.id not in found or entry.at < found[entry.id].at):
                    found[entry.id] = entry
    return sorted(found.values(), key=lambda one: (one.at, one.id))


def _of(account: str, story: Story, returns: Returns, model: str) -> Iterator[Entry]:
    kind, facts = _kind(story, model, alone=story.ours and not story.touched), _facts(story)
    if story.answered_at is not None:
        yield Entry(
            _id(account, "conversation", story.ticket), Use.CONVERSATION, story.ticket, kind, facts, story.answered_at
        )
    yield from _held(_id(account, "ticket", story.ticket), story, returns, model)
    if story.agent:
        at = story.answered_at or story.opened_at
        month = f"{at:%Y-%m}"
        yield Entry(_id(account, "seat", story.agent, month), Use.SEAT, story.agent, "", {"first": story.ticket}, at)


def _held(name: str, story: Story, returns: Returns, model: str) -> Iterator[Entry]:
    """When its time is over, whatever was said before: who comes back on the last day postponed it.

    What a person did after that changes nothing any more: the ticket is billed once, as what it was then.
    """
    if story.solved_at is None:
        return
    at = story.solved_at + HELD_AFTER
    what = hold(story, returns, at)
    alone = story.ours and not (story.touched and (story.touched_at is None or story.touched_at <= at))
    use = Use.AUTOMATIC if alone else Use.ASSISTED if _helped(story) else None
    if use and what in (Hold.CONFIRMED, Hold.ASSUMED):
        kind = _kind(story, model, alone=alone)
        yield Entry(name, use, story.ticket, kind, {**_facts(story), "hold": str(what)}, at)


def _helped(story: Story) -> bool:
    """Whether a person answered it with our draft: as it was, in words of their own, or with the draft before them."""
    return story.answered_at is not None and story.drafted and (story.touched or story.kept or story.edited)


def _kind(story: Story, model: str, *, alone: bool) -> str:
    how = "automatic" if alone else "assisted" if story.drafted else "human"
    return "/".join(part for part in (story.channel, how, model) if part)


def _facts(story: Story) -> dict[str, str]:
    """Times and ids that somebody who disputes a line is shown; no word of anybody."""
    moments = {"opened": story.opened_at, "answered": story.answered_at, "solved": story.solved_at}
    facts = {name: at.isoformat() for name, at in moments.items() if at}
    return facts | {"category": story.category, "agent": story.agent}


def _id(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def blended(entries_: Iterable[Entry]) -> float | None:
    """The share of billed tickets that we resolved alone: what a blended price moves with. None where none was billed."""
    counted = [entry.use for entry in entries_ if entry.use in (Use.AUTOMATIC, Use.ASSISTED)]
    return share(counted.count(Use.AUTOMATIC), len(counted))
