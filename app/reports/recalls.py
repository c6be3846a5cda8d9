"""Answer recall: everybody who was told something that a source said, and what has become of the source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import decisions, lessons
from app.db.decisions import Asked, Entry
from app.engine.lessons import Lesson
from app.engine.recalling import Recall, Told, became
from app.engine.types import EvidenceRecord, Passage
from connectors.types import Reply

BY_ITSELF, BY_CLICK, BY_HAND = "by itself", "by a person's click", "by a person, from the draft"
SPREAD = frozenset({Lesson.KEPT, Lesson.TONE, Lesson.MISSING})
"""What became of a draft whose words a person told the customer."""


@dataclass(frozen=True)
class Source:
    """What was wrong: a page by its address or its id there; ``containing`` narrows it to passages with these words."""

    name: str
    containing: str = ""

    def fits(self, passage: Passage) -> bool:
        """Whether a passage is from there."""
        here = self.name in (passage.source, passage.url, passage.url.partition("#")[0].rstrip("/"))
        return here and self.containing.casefold() in passage.text.casefold()


@dataclass(frozen=True)
class Case:
    """One customer who was told it, in one ticket."""

    entry: Entry
    recall: Recall


def told(
    session: Session, account_id: str, source: Source, since: datetime, now: datetime, why: str = ""
) -> list[Case]:
    """Who was told what, newest first: one case for each question, however it reached the customer."""
    pages: dict[tuple[str, str], str] = {}
    seen: dict[tuple[str, str], Case] = {}
    for entry in decisions.found(session, Asked(account_id, since, now)):
        quoted = [one for one in entry.judged.draft.passages if source.fits(one)]
        reached = _reached(session, entry) if quoted else None
        if reached is None:
            continue
        how, said, at = reached
        for one in quoted:
            key = (one.source, one.url.partition("#")[0])
            pages.setdefault(key, decisions.current(session, account_id, *key))
        passages = tuple(Told(p.title, p.url, p.text, became(p, _page(pages, p))) for p in quoted)
        place = (entry.judged.ticket_id, entry.judged.decision.question)
        if place not in seen or seen[place].recall.how == BY_HAND:
            seen[place] = Case(entry, Recall(passages, said, at, how, why))
    return list(seen.values())


def _page(pages: dict[tuple[str, str], str], passage: Passage) -> str:
    return pages[passage.source, passage.url.partition("#")[0]]


def _reached(session: Session, entry: Entry) -> tuple[str, str, datetime] | None:
    """How the customer came to read the draft, and what they read; None where they did not."""
    sent = entry.replied
    if sent is not None:
        by_itself = isinstance(entry.judged.decision.permission, EvidenceRecord)
        said = next(_replies(sent.plan.changes), "")
        at = sent.receipt.at if sent.receipt else entry.at
        return BY_ITSELF if by_itself else BY_CLICK, said, at
    lesson = lessons.find(session, entry.judged.decision.id)
    if lesson is None or lesson.lesson not in SPREAD:
        return None
    return BY_HAND, entry.judged.draft.text, lesson.at


def _replies(changes: tuple[object, ...]) -> Iterator[str]:
    return (change.text for change in changes if isinstance(change, Reply))
