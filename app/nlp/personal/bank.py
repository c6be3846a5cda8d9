"""International bank account numbers, by their check digits and their country's form."""

import re
from collections.abc import Iterator

from stdnum import iban

from app.nlp.personal.types import Kind

_CANDIDATE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2} ?\d{2}(?:[ \t\n.\-]{0,2}[A-Z0-9]){11,30}", re.IGNORECASE)
_ALNUM = re.compile(r"[A-Za-z0-9]")
SHORTEST = 15


def ibans(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Every valid IBAN, with or without spaces; words after it are left out."""
    place = 0
    while found := _CANDIDATE.search(text, place):
        end = _end(text, found)
        if end:
            yield Kind.IBAN, found.start(), end
        place = end or found.start() + 2


def _end(text: str, candidate: re.Match[str]) -> int:
    """Where the longest valid number that begins here ends, or 0."""
    places = [match.end() for match in _ALNUM.finditer(text, candidate.start(), candidate.end())]
    compact = "".join(_ALNUM.findall(candidate[0])).upper()
    for length in range(len(compact), SHORTEST - 1, -1):
        end = places[length - 1]
        is_word_end = end == len(text) or not text[end].isalnum()
        if is_word_end and iban.is_valid(compact[:length], check_country=False):
            return end
    return 0
