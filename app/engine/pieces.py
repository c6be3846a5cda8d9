"""Pages as passages: pieces short enough to mean one thing, each under the headings that it stands under."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.engine.words import fold

VERSION = "1"
"""Changes when the same page would be split otherwise: it is part of what makes an article a changed one."""
LONGEST = 700
"""Characters of a passage: what is longer means several things, and the encoder does not read it all."""
PATH = " > "
"""Between a heading and the one below it."""
MOST = 2_000
"""Passages of one page; what is behind them is not searched."""
_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_BOLD = re.compile(r"(?:\*\*|__)([^*_]{2,120})(?:\*\*|__):?$")
_ASKED = re.compile(r"(?:Q(?:uestion)?\s*[:.)]\s*)?([^\s].{7,160}\?)$", re.IGNORECASE)
_ANSWERED = re.compile(r"A(?:nswer)?\s*[:.)]\s+", re.IGNORECASE)
_MARKED = re.compile(r"\s*\{#([\w.:-]{1,150})\}$")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])")
_CLAUSE = re.compile(r"(?<=[.!?:])\s+|\n+|(?<=[\u3002\uff01\uff1f])")
_STEP = re.compile(r"\s*(?:\d{1,2}[.)]|[-*\u2022])\s+\S")
_NOT_A_SLUG = re.compile(r"[^\w\- ]+")


@dataclass(frozen=True)
class Piece:
    """One passage of a page. Pieces of one ``section`` stand under the same ``heading``, in order."""

    section: int
    heading: str
    """The path of headings, outermost first, without the page's title."""
    anchor: str
    """Where in the page it is, as the part of an address behind ``#``; empty at the top."""
    text: str


@dataclass
class _Section:
    heading: str
    anchor: str
    lines: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(len(line) + 1 for line in self.lines)

    @property
    def last(self) -> str:
        return self.heading.rpartition(PATH)[2]

    @property
    def end(self) -> str:
        return self.heading[-1:]


def pieces(text: str) -> tuple[Piece, ...]:
    """The passages of a page's text, in order. Headings are lines that begin with ``#``, are bold, or ask a question.

    Short sections that follow each other are one passage, unless they answer a question each.
    """
    found: list[Piece] = []
    for number, section in enumerate(_merged(_sections(text.splitlines()))):
        found += [Piece(number, section.heading, section.anchor, part) for part in _parts(_paragraphs(section.lines))]
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def sentences(text: str) -> list[str]:
    """The sentences and the lines of a passage, at most 40."""
    return [part for part in _CLAUSE.split(text) if any(c.isalnum() for c in part)][:40]


def slug(heading: str) -> str:
    """The anchor that renderers of Markdown give a heading."""
    return _NOT_A_SLUG.sub("", fold(heading)).strip().replace(" ", "-")[:200]


def _sections(lines: Iterable[str]) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    current = _Section("", "")
    for line in lines:
        if found := _heading(line.strip()):
            level, words, anchor = found
            if any(kept.strip() for kept in current.lines):
                yield current
            path = [*((n, h) for n, h in path if n < level), (level, words)]
            current = _Section(PATH.join(h for _, h in path), anchor)
        else:
            current.lines.append(_ANSWERED.sub("", line, count=1) if _ANSWERED.match(line) else line)
    if any(kept.strip() for kept in current.lines):
        yield current


def _merged(sections: Iterable[_Section]) -> Iterator[_Section]:
    kept: _Section | None = None
    for section in sections:
        if kept is None or kept.size + section.size + len(section.last) > LONGEST or "?" in (kept.end, section.end):
            if kept is not None:
                yield kept
            kept = section
        else:
            kept.lines += ["", f"**{section.last}**", "", *section.lines]
    if kept is not None:
        yield kept


def _heading(line: str) -> tuple[int, str, str] | None:
    """Level, words and anchor of a line that is a heading."""
    if match := _HEADING.match(line):
        marked = _MARKED.search(match[2])
        words = _MARKED.sub("", match[2]).strip("*_ ")
        return len(match[1]), words, marked[1] if marked else slug(words)
    if match := _BOLD.match(line):
        return 7, match[1].strip(), slug(match[1])
    if (match := _ASKED.match(line)) and not _STEP.match(line) and not _SENTENCE.search(match[1]):
        return 8, match[1], slug(match[1])
    return None


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Paragraphs; the steps of a list and the line that announces them are one."""
    kept: list[str] = []
    gap = False
    for line in lines:
        if not line.strip():
            gap = True
            continue
        goes_on = _STEP.match(line) is not None and bool(kept)
        if gap and kept and not goes_on:
            yield "\n".join(kept)
            kept = []
        kept.append(line.strip())
        gap = False
    if kept:
        yield "\n".join(kept)


def _parts(paragraphs: Iterable[str]) -> Iterator[str]:
    """Neighbouring paragraphs together, up to the longest passage."""
    kept = ""
    for piece in (part for paragraph in paragraphs for part in _cut(paragraph)):
        if kept and len(kept) + 2 + len(piece) > LONGEST:
            yield kept
            kept = ""
        kept = f"{kept}\n\n{piece}" if kept else piece
    if kept:
        yield kept


def _cut(paragraph: str) -> Iterator[str]:
    """A paragraph that is too long, at its lines, else at its sentences, else at its words."""
    if len(paragraph) <= LONGEST:
        yield paragraph
        return
    for mark, joint in (("\n", "\n"), (_SENTENCE, " "), (" ", " ")):
        parts = mark.split(paragraph) if isinstance(mark, re.Pattern) else paragraph.split(mark)
        if len(parts) > 1:
            yield from _joined(parts, joint)
            return
    yield from (paragraph[start : start + LONGEST] for start in range(0, len(paragraph), LONGEST))


def _joined(parts: Iterable[str], joint: str) -> Iterator[str]:
    kept = ""
    for part in parts:
        if kept and len(kept) + len(joint) + len(part) > LONGEST:
            yield from _cut(kept)
            kept = ""
        kept = f"{kept}{joint}{part}" if kept else part
    if kept:
        yield from _cut(kept)
