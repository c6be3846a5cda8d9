"""Characters that look like others or like nothing: invisible ones are dropped, foreign letters inside a Latin word become Latin."""

import re
import unicodedata

_LETTERS = dict(
    zip(
        "аеорсухіјѕԁһӏԛԝкмтвнАВЕКМНОРСТХУІЈЅαοερτυικνχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsdhlqwkmtbhABEKMHOPCTXYIJSaoeptuikvxABEZHIKMNOPTYX",
        strict=True,
    )
)
"""Cyrillic and Greek letters, and the Latin ones they pass for."""
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[A-Za-z]")
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")


def plain(text: str) -> str:
    """The text in compatibility form, without invisible and direction characters, look-alikes undone. Pure ASCII comes back as it is."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(character for character in folded if not is_invisible(character))
    return _WORD.sub(_latin, visible) if _FOREIGN.search(visible) else visible


def is_invisible(character: str) -> bool:
    """Whether it prints nothing: zero-width, direction and control characters but for line ends and tabs."""
    return character not in "\n\t\r" and unicodedata.category(character) in ("Cf", "Cc", "Co", "Cn")


def _latin(match: re.Match[str]) -> str:
    word = match[0]
    # A word of one alphabet is a word of its language; only a mixture pretends.
    if not (_LATIN.search(word) and _FOREIGN.search(word)):
        return word
    return "".join(_LETTERS.get(character, character) for character in word)
