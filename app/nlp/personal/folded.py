"""A text made plain for searching, with the way back: every character knows where it came from."""

import unicodedata
from dataclasses import dataclass

from app.nlp.lookalikes import is_invisible

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")


@dataclass(frozen=True)
class Folded:
    """``text`` in ASCII digits, plain dashes and spaces, without invisible characters; ``origin`` is empty when nothing moved."""

    text: str
    origin: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in the original."""
        if not self.origin:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """The plain form. One pass over the text."""
    if text.isascii():
        return Folded(text)
    kept: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            kept.append(plain)
            origin.append(place)
    return Folded("".join(kept), tuple(origin))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if is_invisible(character):
        return ""
    if character.isdigit():
        return str(unicodedata.digit(character))
    if unicodedata.category(character) == "Zs":
        return " "
    # A composed letter keeps its accent: names and addresses are compared as they are written.
    return unicodedata.normalize("NFKC", character).translate(_DASHES)
