"""Exports of old tickets: our own shape, the vendors' shapes, or a table. A file of any size; nothing of it is kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.engine.replaying import PastTicket
from app.reports.names import Names
from app.reports.rows import UNREADABLE, Row, rows
from connectors.errors import BadPayload
from connectors.registry import exported
from connectors.types import Message, Person, Priority, Ref, Role, Status, Ticket

SHOWN = 5
"""Unreadable lines whose reason is kept; the others are only counted."""
SPEAKERS = {"customer": Role.CUSTOMER, "agent": Role.AGENT, "bot": Role.MACHINE, "machine": Role.MACHINE}


@dataclass
class Export:
    """One pass over a file's lines. Iterate it once; then ``read``, ``skipped`` and ``doubled`` say what became of the lines."""

    lines: Iterable[str]
    read: int = 0
    skipped: int = 0
    doubled: int = 0
    reasons: list[str] = field(default_factory=list)
    """Why lines were left out, the first few, each with its number. No word of a ticket stands in them."""

    def __iter__(self) -> Iterator[PastTicket]:
        """The tickets in the order of the file, each id once; a line that cannot be read is left out and counted."""
        known = Names()
        for number, row in rows(self.lines):
            try:
                past = past_ticket(row)
            except BadPayload as error:
                self._leave_out(number, str(error))
                continue
            if not known.new(past.ticket.ref.id):
                self.doubled += 1
                continue
            self.read += 1
            yield past

    def _leave_out(self, number: int, reason: str) -> None:
        self.skipped += 1
        if len(self.reasons) < SHOWN:
            self.reasons.append(f"line {number}: {reason}")


def past_ticket(row: Row) -> PastTicket:
    """One line as a ticket and what people filed it under. Raises BadPayload naming what is missing and what would be right."""
    if UNREADABLE in row and len(row) == 1:
        raise BadPayload("line", str(row[UNREADABLE]))
    theirs = None if "messages" in row else exported(row)
    ticket = theirs or _own(row)
    return PastTicket(ticket, _word(row.get("category")))


def _own(row: Row) -> Ticket:
    """A line in our own shape, or a row of CSV with the first message in ``text`` (also ``description``)."""
    name = _word(row.get("id"))
    if not name:
        raise BadPayload("id", "the ticket's own id")
    created = _moment(row.get("created_at"), "created_at")
    requester = _requester(row)
    said = _messages(row, requester, created)
    return Ticket(
        ref=Ref(name),
        revision="export",
        subject=_word(row.get("subject")),
        status=Status.SOLVED,
        requester=requester,
        messages=said,
        created_at=created,
        updated_at=said[-1].at,
        channel=_word(row.get("channel")).lower(),
        priority=_priority(row.get("priority")),
        group=_word(row.get("group")),
        tags=_tags(row.get("tags")),
    )


def _messages(row: Row, requester: Person, created: datetime) -> tuple[Message, ...]:
    given = row.get("messages")
    if isinstance(given, list) and given:
        told = [_message(n, one, requester, created) for n, one in enumerate(given)]
        return tuple(sorted(told, key=lambda message: message.at))
    text = row.get("text") or row.get("description") or row.get("subject")
    if not isinstance(text, str) or not text.strip():
        raise BadPayload("messages", "a list of what was said, or one text")
    return (Message("0", requester, text, created, public=True),)


def _message(number: int, given: Any, requester: Person, created: datetime) -> Message:
    path = f"messages[{number}]"
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise BadPayload(f"{path}.text", "what was said, as text")
    role = SPEAKERS.get(str(given.get("author")).lower())
    if role is None:
        raise BadPayload(f"{path}.author", f"one of {', '.join(SPEAKERS)}")
    author = requester if role is Role.CUSTOMER else Person(_word(given.get("by")) or f"{role}", role, external=False)
    at = _moment(given["at"], f"{path}.at") if given.get("at") else created
    return Message(str(number), author, given["text"], at, public=given.get("public") is not False)


def _requester(row: Row) -> Person:
    given = row.get("requester")
    if isinstance(given, dict):
        name = _word(given.get("id")) or _word(given.get("email")) or "unknown"
        return Person(name, Role.CUSTOMER, _word(given.get("name")), _word(given.get("email")))
    name = _word(given) or _word(row.get("requester_id")) or "unknown"
    return Person(name, Role.CUSTOMER, email=name if "@" in name else "")


def _moment(given: Any, path: str) -> datetime:
    """Seconds since 1970, or ISO 8601; without a zone it is taken as UTC."""
    try:
        if isinstance(given, int | float) and not isinstance(given, bool):
            return datetime.fromtimestamp(given, UTC)
        at = datetime.fromisoformat(str(given).strip())
    except (ValueError, OverflowError, OSError):
        raise BadPayload(path, "an ISO 8601 time") from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _priority(given: Any) -> Priority | None:
    lower = _word(given).lower()
    return Priority(lower) if lower in set(Priority) else None


def _tags(given: Any) -> frozenset[str]:
    names = given if isinstance(given, list) else str(given or "").replace(",", " ").split()
    return frozenset(_word(name) for name in names if _word(name))


def _word(given: Any) -> str:
    return str(given).strip() if isinstance(given, str | int) and not isinstance(given, bool) else ""
