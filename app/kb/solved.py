"""What was solved before: taken in without anything personal, found again by meaning. It is evidence for an agent, never an answer."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.db import solved
from app.db.database import Database
from app.db.solved import Solved
from app.kb.embedding import BATCH, Encoder
from app.kb.past import Past
from connectors.types import Role, Ticket

ALIKE = 0.6
"""The cosine from which two questions count as alike."""
SAME = 0.9
"""The cosine from which one is taken for the other, asked again."""
_LONGEST = 4_000
_READ = 1_000
"""Characters of a question that are compared."""
Mask = Callable[[str], str]


@dataclass(frozen=True)
class Similar:
    """A case that was solved, and how much alike it is, 0 to 1."""

    case: Solved
    alike: float


def exported(lines: Iterable[str]) -> Iterator[Solved]:
    """The solved cases among exported tickets, one JSON object a line. What is malformed or was never answered is left out."""
    for line in lines:
        try:
            ticket = json.loads(line)
        except ValueError:
            continue
        if isinstance(ticket, Mapping) and (case := _case(ticket)):
            yield case


def told(ticket: Ticket) -> Solved:
    """A ticket as a case: what its customer asked first, and what a person of the team said last. Empty where nobody did.

    What we or a machine answered proves nothing, and notes are for nobody else's tickets.
    """
    said = [message for message in ticket.messages if message.public and message.text.strip()]
    asked = next((message.text for message in said if message.author.role is Role.CUSTOMER), "")
    answer = next((message.text for message in reversed(said) if message.author.role is Role.AGENT), "")
    if not asked or not answer:
        return Solved(ticket.ref.id, "", "", ticket.updated_at)
    question = f"{ticket.subject}\n{asked}".strip()[:_LONGEST]
    return Solved(ticket.ref.id, question, answer[:_LONGEST], ticket.updated_at)


def take(database: Database, account_id: str, origin: str, cases: Iterable[Solved], mask: Mask) -> int:
    """Keep solved cases, masked; says how many were new or changed."""
    masked = [
        Solved(case.id[:200], mask(case.question), mask(case.resolution), case.solved_at, case.category)
        for case in cases
    ]
    changed = 0
    for start in range(0, len(masked), BATCH):
        with database.session() as session:
            changed += solved.keep(session, account_id, origin, masked[start : start + BATCH])
    return changed


def embed(
    database: Database, account_id: str, encoder: Encoder, progress: Callable[[int], None] = lambda _made: None
) -> int:
    """Make the vectors that cases lack, some at a time; says how many."""
    total = 0
    while True:
        with database.reading() as session:
            batch = solved.unmade(session, account_id, encoder.version, BATCH)
        if not batch:
            return total
        vectors = encoder.encode([question[:_READ] for _, question in batch])
        with database.session() as session:
            solved.give(session, encoder.version, zip((n for n, _ in batch), vectors, strict=True))
        total += len(batch)
        progress(len(batch))


def similar(
    database: Database, account_id: str, text: str, encoder: Encoder, *, limit: int = 3, past: Past | None = None
) -> Sequence[Similar]:
    """The account's solved cases that are most like a text, best first; none when none is alike."""
    vector = encoder.encode([text[:_READ]])[0]
    with database.reading() as session:
        alike = (past or Past()).current(session, account_id, encoder).alike(vector, ALIKE)
        best = sorted(alike, key=lambda n: -alike[n])[:limit]
        cases = solved.read(session, best)
    return [Similar(cases[n], round(alike[n], 3)) for n in best if n in cases]


def duplicates(text: str, others: Mapping[str, str], encoder: Encoder) -> Sequence[tuple[str, float]]:
    """Which of other open tickets (text by id) ask the same thing, with their cosines, most alike first."""
    if not others or not text.strip():
        return []
    vectors = encoder.encode([text[:_READ], *(other[:_READ] for other in others.values())])
    alike = zip(others, vectors[1:] @ vectors[0], strict=True)
    return sorted(((name, round(float(c), 3)) for name, c in alike if c >= SAME), key=lambda pair: -pair[1])


def _case(ticket: Mapping[str, Any]) -> Solved | None:
    """The first thing the customer said, and the last public answer of the team."""
    messages = ticket.get("messages")
    said = [m for m in messages if isinstance(m, Mapping) and m.get("text")] if isinstance(messages, list) else []
    asked = next((str(m["text"]) for m in said if m.get("author") == "customer"), "")
    answer = next((m for m in reversed(said) if m.get("author") == "agent" and m.get("public", True)), None)
    if not asked or answer is None or not ticket.get("id"):
        return None
    subject = str(ticket.get("subject") or "")
    question = f"{subject}\n{asked}".strip()[:_LONGEST]
    at = _moment(answer.get("at") or ticket.get("created_at"))
    return Solved(
        str(ticket["id"]), question, str(answer["text"])[:_LONGEST], at, str(ticket.get("category") or "")[:200]
    )


def _moment(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
