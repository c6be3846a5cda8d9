"""Splits text into the word pieces that BERT-family models were trained on. Knows no model and loads no library."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

VOCABULARY = Path(__file__).parent / "data" / "vocab.txt"
MAX_WORD = 100
"""Longer words become the unknown piece, as the reference implementation does."""
_CJK = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """The uncased BERT tokenizer: the same pieces as the reference, bounded by ``limit`` pieces."""

    def __init__(self, vocabulary: Path = VOCABULARY) -> None:
        pieces = vocabulary.read_text("utf-8").split("\n")
        self._ids = {piece: number for number, piece in enumerate(pieces) if piece}
        self._unknown = self._ids["[UNK]"]
        self.start = self._ids["[CLS]"]
        self.end = self._ids["[SEP]"]
        self.pad = self._ids["[PAD]"]
        self._word = lru_cache(maxsize=50_000)(self._split)

    def encode(self, text: str, limit: int = 256) -> list[int]:
        """The ids of a text between its start and end marks, cut at ``limit`` ids in all."""
        ids = [self.start]
        # No piece is longer than a word, so more characters than this can only be cut off again.
        for word in _words(text[: limit * MAX_WORD]):
            ids.extend(self._word(word))
            if len(ids) >= limit:
                break
        return [*ids[: limit - 1], self.end]

    def _split(self, word: str) -> Sequence[int]:
        if len(word) > MAX_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._ids.get(prefix + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)


def _words(text: str) -> list[str]:
    """Words and single punctuation marks, lower case and without accents."""
    return "".join(_spaced(text)).split()


def _spaced(text: str) -> list[str]:
    lowered = unicodedata.normalize("NFD", "".join(map(_cleaned, text))).lower() if not text.isascii() else text.lower()
    return [_piece(character) for character in lowered]


@lru_cache(maxsize=10_000)
def _cleaned(character: str) -> str:
    if character in "\t\n\r":
        return " "
    category = unicodedata.category(character)
    if character == "\ufffd" or category[0] == "C":
        return ""
    if category == "Zs":
        return " "
    return f" {character} " if _is_cjk(ord(character)) else character


@lru_cache(maxsize=10_000)
def _piece(character: str) -> str:
    if character in "\t\n\r":
        return " "
    category = unicodedata.category(character)
    if category == "Mn" or category[0] == "C":
        return ""
    is_ascii_mark = character < "\x7f" and character > " " and not character.isalnum()
    return f" {character} " if is_ascii_mark or category[0] == "P" else character


def _is_cjk(code: int) -> bool:
    return any(low <= code <= high for low, high in _CJK)
