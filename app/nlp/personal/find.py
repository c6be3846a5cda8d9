"""Finds personal data: every sort by its own rules, then one answer a place."""

import re
from collections.abc import Callable, Iterator

from app.nlp.personal.bank import ibans
from app.nlp.personal.cards import cards, codes
from app.nlp.personal.contact import emails, phones
from app.nlp.personal.folded import fold
from app.nlp.personal.health import health_words
from app.nlp.personal.national import numbers, social_security
from app.nlp.personal.secrets import keys, one_time_codes, passwords
from app.nlp.personal.types import Found, Kind

Finder = Callable[[str], Iterator[tuple[Kind, int, int]]]
FINDERS: tuple[Finder, ...] = (keys, passwords, emails, one_time_codes, health_words)
NUMBERS: tuple[Finder, ...] = (ibans, cards, social_security, numbers, codes, phones)
"""What is never found in a text without a digit."""
_DIGIT = re.compile(r"\d")
_RANK = {kind: rank for rank, kind in enumerate(Kind)}


def find(text: str) -> tuple[Found, ...]:
    """Everything personal in a text, in order, without overlaps. Never raises; time grows with the length of the text."""
    folded = fold(text)
    finders = (*FINDERS, *NUMBERS) if _DIGIT.search(folded.text) else FINDERS
    claims = [claim for finder in finders for claim in finder(folded.text)]
    claims.sort(key=lambda claim: (_RANK[claim[0]], claim[1], -claim[2]))
    taken = bytearray(len(folded.text))
    found = []
    for kind, start, end in claims:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            found.append(Found(kind, *folded.span(start, end)))
    return tuple(sorted(found, key=lambda piece: piece.start))
