"""What could be said, quoted from the account's own knowledge. Nothing is made up, and the customer's text is not repeated.

A language model writes behind the same function later; what it says will have to be found in the same passages.
"""

import re
from collections.abc import Sequence

from app.engine.configuration.settled import Configuration
from app.engine.notes import source
from app.engine.ports import Knowledge
from app.engine.types import Classification, Draft, Passage, Reason
from app.engine.words import meaningful, stems
from connectors.types import Ticket

ENGINE = "extract/1"
MOST_CHARACTERS = 1200
"""Of quotation in one draft."""
_QUERY = 1000
_NEVER = frozenset({"machine", "spam"})
_STEP = re.compile(r"\s*(?:\d{1,2}[.)]|[-*\u2022])\s+\S")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])|(?<=[\u3002\uff01\uff1f])")
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)?")


def draft(ticket: Ticket, classification: Classification, configuration: Configuration, knowledge: Knowledge) -> Draft:
    """The best public passage, quoted with its source; with no source the text is empty and the reason says so.

    Restricted passages come along for the internal note and never reach ``Draft.text``.
    """
    if classification.flags & _NEVER:
        return Draft("", (), (Reason("not_drafted", "Nothing is drafted for machines and spam."),), ENGINE)
    question = ticket.question or (ticket.messages[-1] if ticket.messages else None)
    asked = f"{ticket.subject}\n{question.text if question else ''}"[:_QUERY]
    known = configuration.category(classification.category)
    wanted = configuration.quotes if known is None or known.knowledge else 0
    found = tuple(knowledge.search(asked, locale=ticket.requester.locale, limit=wanted)) if wanted else ()
    public = [p for p in found if not p.restricted]
    quotation = _relevant(public[0].text, asked) if public else ""
    if not quotation:
        return Draft("", tuple(found), (_why_none(found, wanted),), ENGINE)
    best = public[0]
    parts = (
        _greeting(ticket, configuration),
        quotation,
        f"Source: {source(best)}",
        configuration.templates.closing,
    )
    used = (best, *(p for p in found if p.restricted))
    return Draft("\n\n".join(p for p in parts if p), used, (Reason("source", f"Quotes {best.title}."),), ENGINE)


def _why_none(found: Sequence[Passage], wanted: int) -> Reason:
    if not wanted:
        return Reason("knowledge_off", "No source found: the configuration switches knowledge off.")
    if found and all(p.restricted for p in found):
        return Reason("restricted_source", "Only internal pages answer this: nothing here may be sent as it is.")
    return Reason("no_source", "No source found: no article answers this.")


def _greeting(ticket: Ticket, configuration: Configuration) -> str:
    """The greeting with a first name, if that is plainly a name: a name field can hold anything."""
    first = ticket.requester.name.split()[:1]
    name = first[0] if first and _NAME.fullmatch(first[0]) and len(first[0]) <= 30 else ""
    greeting = configuration.templates.greeting
    return greeting.replace("{name}", name) if name else re.sub(r"\s*\{name\}", "", greeting)


def _relevant(text: str, asked: str) -> str:
    """The stretch of the passage that says most of what was asked about, whole pieces only, at most MOST_CHARACTERS."""
    pieces = _pieces(text)
    if sum(len(p) + 2 for p in pieces) <= MOST_CHARACTERS:
        return "\n\n".join(pieces)
    wanted = set(meaningful(asked))
    values = [len(wanted & set(stems(piece))) for piece in pieces]
    best = max(range(len(pieces)), key=lambda n: (values[n], -n), default=None)
    if best is None or not values[best] or len(pieces[best]) > MOST_CHARACTERS:
        return ""
    return "\n\n".join(pieces[slice(*_grown(pieces, best))])


def _grown(pieces: Sequence[str], best: int) -> tuple[int, int]:
    """From the best piece onwards, then backwards, while it fits: what follows a match explains it more often."""
    start, end, size = best, best + 1, len(pieces[best])
    while end < len(pieces) and size + len(pieces[end]) + 2 <= MOST_CHARACTERS:
        size += len(pieces[end]) + 2
        end += 1
    while start > 0 and size + len(pieces[start - 1]) + 2 <= MOST_CHARACTERS:
        start -= 1
        size += len(pieces[start]) + 2
    return start, end


def _pieces(text: str) -> list[str]:
    """Paragraphs, each list of steps whole; a paragraph too long to quote is cut into its sentences."""
    pieces: list[list[str]] = []
    open_list = False
    for line in text.splitlines():
        step = bool(_STEP.match(line))
        if step and open_list:
            pieces[-1].append(line.strip())
        elif line.strip():
            pieces.append([line.strip()])
        open_list = step or (open_list and not line.strip())
    whole = ["\n".join(lines) for lines in pieces]
    return [part for piece in whole for part in (_SENTENCE_END.split(piece) if _too_long(piece) else (piece,)) if part]


def _too_long(piece: str) -> bool:
    return len(piece) > MOST_CHARACTERS // 2 and "\n" not in piece
