"""Whether a card number or its code stands in a text."""

import re
from collections.abc import Iterable, Iterator

from app.nlp.personal import Kind, find
from app.nlp.personal.cards import cards, codes
from app.nlp.personal.folded import fold

KINDS = {Kind.CARD: "card", Kind.CVV: "cvv"}
_THREE = re.compile(r"\d\D{0,3}\d\D{0,3}\d")


def sighted(texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What stands where, each once."""
    for where, text in texts:
        # All finders together take a hundred times as long, and only tell whether it is rather something else.
        if _THREE.search(text) and (plain := fold(text).text) and (any(cards(plain)) or any(codes(plain))):
            yield from dict.fromkeys((KINDS[one.type], where) for one in find(text) if one.type in KINDS)
