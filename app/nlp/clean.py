"""What a person says in a message, freed of what mail programs add: markup, quoted history, signatures, blobs, invisible characters."""

import re
import unicodedata
from dataclasses import dataclass

from app.nlp.lookalikes import plain
from app.nlp.markup import is_markup, text_of

LONGEST = 100_000
"""Characters that are looked at; what is said stands at the beginning."""
SAID = 8_000
"""Characters that are kept for understanding."""

_BLOB = re.compile(r"[A-Za-z0-9+/=_\-]{80,}")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>]{1,2000}", re.IGNORECASE)
_TRACE = re.compile(
    r"^\s*(?:Traceback \(most recent|File \"[^\"]{1,200}\", line \d|at [\w.$<>/]{2,200}[ (]|\.\.\. \d+ more|Caused by: )"
)
_REPLY_ABOVE = re.compile(
    r"(?:reply above this line|über dieser zeile antworten|répondre au-dessus de cette ligne)", re.I
)
_WROTE = re.compile(
    r"^\s*(?:on|am|le|el|il|op|em|den)\b.{4,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev)\b.{0,100}:?\s*$",
    re.IGNORECASE,
)
_DIVIDER = re.compile(
    r"^\s*[-_*]{2,20}\s*(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|"
    r"messaggio originale|oorspronkelijk bericht|mensagem original)\s*[-_*]{0,20}\s*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"^\s*(?:-{2,20}\s*forwarded message|begin forwarded message|-{2,20}\s*weitergeleitete)", re.IGNORECASE
)
_HEADER = re.compile(
    r"^\s*\*?(?:from|von|de|da|van|sent|gesendet|envoyé|enviado|date|to|an|subject|betreff|objet|asunto):", re.I
)
_SIGNATURE = re.compile(
    r"^\s*(?:-- ?|—|__+|sent from my \w+.{0,40}|von meinem \w+ gesendet.{0,40}|envoyé de mon \w+.{0,40}|get outlook for \w+.{0,40})\s*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:kind|best|warm|many)\s+(?:regards|wishes)|regards|best|cheers|sincerely|yours (?:sincerely|faithfully|truly)|"
    r"mit freundlichen grüßen|viele grüße|freundliche grüße|liebe grüße|mfg|cordialement|bien à vous|"
    r"saludos(?: cordiales)?|un saludo|atentamente|cordiali saluti|distinti saluti|met vriendelijke groet|atenciosamente)\s*[,.!]?\s*$",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"\b(?:this (?:e-?mail|message) (?:and any|is|may)|confidentiality notice|diese e-mail enthält)\b", re.I
)
SIGNATURE_LINES = 12


@dataclass(frozen=True)
class Cleaned:
    """``text`` is what was said, ``readable`` is false for rubbish: nothing in it deserves a confident answer."""

    text: str
    readable: bool
    error_line: str = ""
    """The last line of a stack trace, where there was one."""


def clean(text: str) -> Cleaned:
    """What the author says here and now. Never raises; time grows with the first ``LONGEST`` characters at most."""
    lines, error_line = _lines(text)
    said = "\n".join(_said(lines)).strip()
    said = re.sub(r"[ \t]{2,}", " ", re.sub(r"\n{3,}", "\n\n", said))[:SAID]
    return Cleaned(said, _is_readable(said), error_line)


def last_error(text: str) -> str:
    """The last line of a stack trace in a text, where there is one; as ``clean`` gives it."""
    return _lines(text)[1]


def for_meaning(text: str) -> str:
    """The text as the sentence encoder should see it: addresses of pages say little about meaning and cost much."""
    return " ".join(_URL.sub(" ", text).split())


def _lines(text: str) -> tuple[list[str], str]:
    """The text's lines outside stack traces, plain, and the line that ends the last trace."""
    text = text[:LONGEST]
    if is_markup(text):
        text = text_of(text)
    text = plain(text).replace("\r\n", "\n").replace("\r", "\n")
    return _without_trace(_BLOB.sub(" ", text).split("\n"))


def _said(lines: list[str]) -> list[str]:
    """The lines before history and signature; a bare forward is what it forwards."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        short = line[:400]
        if _FORWARD.match(short):
            return kept if _words(kept) >= 3 else [*kept, *_forwarded(lines[number + 1 :])]
        if _is_history(short, lines[number + 1 : number + 4]):
            break
        if not short.lstrip().startswith((">", "|>")):
            kept.append(line)
    return _without_signature(kept)


def _forwarded(lines: list[str]) -> list[str]:
    return _without_signature([line.lstrip("> ") for line in lines if not _HEADER.match(line[:200])])


def _is_history(line: str, following: list[str]) -> bool:
    if _REPLY_ABOVE.search(line) or _DIVIDER.match(line):
        return True
    joined = (
        f"{line} {following[0][:200]}" if following and line[:3].strip() and not line.rstrip().endswith(":") else line
    )
    if _WROTE.match(line) or (_WROTE.match(joined) and following[0].rstrip().endswith(":")):
        return True
    return bool(_HEADER.match(line)) and sum(bool(_HEADER.match(other[:200])) for other in following) >= 2


def _without_signature(lines: list[str]) -> list[str]:
    following = _filled_after(lines)
    for number, line in enumerate(lines):
        short = line[:200]
        is_rule = _SIGNATURE.match(short) and len(lines) - number <= 2 * SIGNATURE_LINES
        is_closing = following[number] <= SIGNATURE_LINES and _CLOSING.match(short)
        if (number and (is_rule or is_closing)) or (number > 2 and _DISCLAIMER.search(short)):
            return lines[:number]
    return lines


def _filled_after(lines: list[str]) -> list[int]:
    """For each line, how many lines from it to the end say anything."""
    counts, filled = [], 0
    for line in reversed(lines):
        filled += bool(line.strip())
        counts.append(filled)
    return counts[::-1]


def _without_trace(lines: list[str]) -> tuple[list[str], str]:
    """The lines outside stack traces, and the line that ends the last trace."""
    kept, error_line, inside = [], "", False
    for line in lines:
        if _TRACE.match(line[:300]):
            inside = True
        elif inside and (line.startswith(("  ", "\t")) or not line.strip()):
            continue
        else:
            if inside:
                error_line, inside = line.strip()[:300], False
            kept.append(line)
    return kept, error_line


def _is_readable(text: str) -> bool:
    """Whether there is at least one word, and mostly words: no blob, no keyboard mash, no rows of marks."""
    sample = text[:4000]
    dense = "".join(sample.split())
    if not any(map(str.isalpha, dense)):
        return False
    is_letter = str.isalpha if sample.isascii() else _is_letter
    letters = sum(map(is_letter, dense))
    return letters >= 0.4 * len(dense) and len(set(dense)) >= 3 and not _is_mash(sample)


def _is_letter(character: str) -> bool:
    """A letter, or what is set on one: many scripts need both for a word."""
    return unicodedata.category(character)[0] in "LM"


def _is_mash(text: str) -> bool:
    """Whether the Latin words are mostly without vowels, or endless: ``asdfghjkl qwrtzp``."""
    words = re.findall(r"[a-z]{4,}", text.lower())
    if len(words) < 1 or not text.isascii():
        return False
    odd = sum(
        len(word) > 40 or not re.search(r"[aeiouy]", word) or bool(re.search(r"[bcdfghjklmnpqrstvwxz]{6,}", word))
        for word in words
    )
    return odd > 0.5 * len(words)


def _words(lines: list[str]) -> int:
    return sum(len(line.split()) for line in lines)
