"""Takes personal data out of a text, with the way back only in the hands of who asked; and stops it on the way out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.nlp.personal.find import find
from app.nlp.personal.types import Found, Kind

NEVER_OUT = frozenset({Kind.KEY, Kind.PASSWORD, Kind.IBAN, Kind.CARD, Kind.SSN, Kind.NATIONAL_ID, Kind.CVV, Kind.OTP})
"""What no outgoing message may hold. An address or a phone number may be the account's own."""


@dataclass(frozen=True)
class Masked:
    """A text whose personal data are marks such as ``[EMAIL_1]``; ``vault`` maps each mark to what it stands for.

    The vault is for one job's memory. It is never stored, and neither it nor the text shows in a repr.
    """

    text: str = field(repr=False)
    vault: Mapping[str, str] = field(repr=False)

    def restore(self, text: str) -> str:
        """Any text with the marks put back to what they stood for; unknown marks stay."""
        for mark in sorted(self.vault, key=len, reverse=True):
            text = text.replace(mark, self.vault[mark])
        return text


def mask(text: str, kinds: Collection[Kind] = tuple(Kind), allowed: Collection[str] = ()) -> Masked:
    """The text without personal data of those kinds, but for ``allowed`` values. The same value gets the same mark."""
    vault: dict[str, str] = {}
    marks: dict[tuple[Kind, str], str] = {}
    parts, end, used = [], 0, dict.fromkeys(Kind, 0)
    for found in find(text):
        value = text[found.start : found.end]
        if found.type not in kinds or value in allowed:
            continue
        if (found.type, value) not in marks:
            marks[found.type, value] = _mark(text, found.type, used)
            vault[marks[found.type, value]] = value
        parts += [text[end : found.start], marks[found.type, value]]
        end = found.end
    return Masked("".join([*parts, text[end:]]), MappingProxyType(vault))


def dlp(text: str, allowed: Collection[str] = ()) -> tuple[Found, ...]:
    """What must not leave in this outgoing text; ``allowed`` are exact values that may (the account's own bank details)."""
    return tuple(
        found for found in find(text) if found.type in NEVER_OUT and text[found.start : found.end] not in allowed
    )


def values(texts: Iterable[str]) -> frozenset[str]:
    """What ``NEVER_OUT`` would stop in these texts: in the account's own pages it is theirs, and may be said again."""
    return frozenset(text[found.start : found.end] for text in texts for found in dlp(text))


def _mark(text: str, kind: Kind, used: dict[Kind, int]) -> str:
    """A mark that the text does not hold already: who writes ``[CARD_1]`` must not be handed somebody's card."""
    while True:
        used[kind] += 1
        mark = f"[{kind}_{used[kind]}]"
        if mark not in text:
            return mark
