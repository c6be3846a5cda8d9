"""What could be said, quoted from the account's own knowledge. Nothing is made up, and the customer's text is not repeated.

A language model writes in ``writing``, from what is looked up here, and falls back to the quotation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.configuration.settled import Category, Configuration
from app.engine.machines import why_machine
from app.engine.notes import source
from app.engine.phrases import Phrases, phrases, tongue
from app.engine.ports import Knowledge, Steered, Way
from app.engine.types import Classification, Draft, Passage, Reason
from app.engine.words import meaningful, stems
from connectors.types import Ticket

ENGINE = "extract/2"
MOST_CHARACTERS = 1200
"""Of quotation in one draft."""
_QUERY = 1000
_NEVER = frozenset({"machine", "spam"})
_STEP = re.compile(r"\s*(?:\d{1,2}[.)]|[-*\u2022])\s+\S")
_MARKER = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*\u2022])\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])|(?<=[\u3002\uff01\uff1f])")
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)?")


@dataclass(frozen=True)
class Lookup:
    """What was asked, in which language, and what was found for it, best first."""

    ticket: Ticket
    configuration: Configuration
    asked: str
    language: str
    """ISO 639-1 of what the customer reads; empty when nobody knows."""
    category: Category | None = None
    found: tuple[Passage, ...] = ()
    more: tuple[Passage, ...] = ()
    """Found besides: worth a link, not a quotation."""
    silent: Reason | None = None
    """Why nothing is to be said at all."""

    @property
    def public(self) -> tuple[Passage, ...]:
        """What a customer may read and can: not internal, not in another language."""
        return tuple(p for p in self.found if not p.restricted and self.readable(p))

    @property
    def foreign(self) -> tuple[Passage, ...]:
        """What a customer may read but cannot."""
        return tuple(p for p in self.found if not p.restricted and not self.readable(p))

    @property
    def inside(self) -> tuple[Passage, ...]:
        """Internal pages, for the note only."""
        return tuple(p for p in self.found if p.restricted)

    def readable(self, passage: Passage) -> bool:
        """Whether it is in the customer's language, as far as anybody knows."""
        return not (self.language and passage.locale) or tongue(passage.locale) == self.language

    def phrases(self, passage: Passage | None = None) -> Phrases:
        """The phrases in the language of the answer."""
        language = self.language or tongue(passage.locale if passage else "")
        return phrases(language, self.configuration.templates)


def draft(ticket: Ticket, classification: Classification, configuration: Configuration, knowledge: Knowledge) -> Draft:
    """The best public passage, quoted with its source; with no source the text is empty and the reason says so.

    Restricted passages come along for the internal note and never reach ``Draft.text``.
    """
    return quoted(looked_up(ticket, classification, configuration, knowledge))


def looked_up(
    ticket: Ticket, classification: Classification, configuration: Configuration, knowledge: Knowledge
) -> Lookup:
    """What the account's knowledge has on the newest question."""
    question = ticket.question or (ticket.messages[-1] if ticket.messages else None)
    asked = f"{ticket.subject}\n{question.text if question else ''}"[:_QUERY]
    language = classification.language or tongue(ticket.requester.locale)
    if classification.flags & _NEVER or (question and why_machine(question, ticket, configuration.addresses)):
        silent = Reason("not_drafted", "Nothing is drafted for machines and spam.")
        return Lookup(ticket, configuration, asked, language, silent=silent)
    known = configuration.category(classification.category)
    wanted = configuration.quotes if known is None or known.knowledge else 0
    if not wanted:
        silent = Reason("knowledge_off", "No source found: the configuration switches knowledge off.")
        return Lookup(ticket, configuration, asked, language, silent=silent)
    limit = wanted + (known.related if known else 0)
    found = tuple(steered(knowledge, known).search(asked, locale=ticket.requester.locale or language, limit=limit))
    return Lookup(ticket, configuration, asked, language, known, found[:wanted], found[wanted:])


def steered(knowledge: Knowledge, known: Category | None) -> Knowledge:
    """The knowledge as the category wants it looked up, where it can be."""
    wanted = known.way if known else Way()
    return knowledge.by(wanted) if wanted != Way() and isinstance(knowledge, Steered) else knowledge


def quoted(lookup: Lookup) -> Draft:
    """The stretch of the best passage that answers, as it stands there."""
    if lookup.silent:
        return Draft("", (), (lookup.silent,), ENGINE)
    best = lookup.public[0] if lookup.public else None
    quotation = quotation_of(best, lookup) if best else ""
    if best is None or not quotation:
        return Draft("", lookup.found, (_why_none(lookup),), ENGINE)
    reasons = (Reason("source", f"Quotes {best.title}."),)
    return Draft(composed(lookup, quotation, (best,)), (best, *lookup.inside), reasons, ENGINE)


def quotation_of(passage: Passage, lookup: Lookup) -> str:
    """What the passage says to the question, step by step where the configuration wants that and it has steps."""
    text = _relevant(passage.text, lookup.asked)
    return _numbered(text) if lookup.category and lookup.category.steps else text


def composed(lookup: Lookup, body: str, used: Sequence[Passage]) -> str:
    """The whole letter: greeting, what is to be said, its sources, articles besides, closing."""
    said = lookup.phrases(used[0])
    named = list(dict.fromkeys(source(p) for p in used))
    label = said.source if len(named) == 1 else said.sources
    parts = (greeting(lookup.ticket, said), body, f"{label}: {', '.join(named)}", _related(lookup, used), said.closing)
    return "\n\n".join(part for part in parts if part)


def _related(lookup: Lookup, used: Sequence[Passage]) -> str:
    """Links to other public articles in the customer's language, as many as the configuration wants."""
    most = lookup.category.related if lookup.category else 0
    quoted_ones = {p.source for p in used}
    others = {
        p.source: source(p)
        for p in reversed((*lookup.found, *lookup.more))
        if not p.restricted and p.url and p.source not in quoted_ones and lookup.readable(p)
    }
    links = list(reversed(others.values()))[:most]
    return "\n".join((f"{lookup.phrases(used[0]).related}:", *(f"- {link}" for link in links))) if links else ""


def _why_none(lookup: Lookup) -> Reason:
    if lookup.inside and not lookup.public and not lookup.foreign:
        return Reason("restricted_source", "Only internal pages answer this: nothing here may be sent as it is.")
    if lookup.foreign and not lookup.public:
        return Reason("foreign_language", "No source found in the customer's language: these are in another.")
    return Reason("no_source", "No source found: no article answers this.")


def greeting(ticket: Ticket, said: Phrases) -> str:
    """The greeting for whoever asks."""
    return greeted(ticket.requester.name, said)


def greeted(whom: str, said: Phrases) -> str:
    """The greeting with a first name, if that is plainly a name: a name field can hold anything."""
    first = whom.split()[:1]
    name = first[0] if first and _NAME.fullmatch(first[0]) and len(first[0]) <= 30 else ""
    return said.greeting.replace("{name}", name) if name else re.sub(r"\s*\{name\}", "", said.greeting)


def _numbered(text: str) -> str:
    """Lists with bullets get numbers; numbers that are there stay, and so does everything else."""
    lines, n = [], 0
    for line in text.splitlines():
        n = n + 1 if _STEP.match(line) else 0
        lines.append(_MARKER.sub(f"{n}. ", line) if n and not line.lstrip()[0].isdigit() else line)
    return "\n".join(lines)


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
