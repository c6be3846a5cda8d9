"""A sidebar in plain parts, for vendors that draw it themselves. Its words are chosen already; a vendor only gives them a shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a line is meant."""

    TITLE = "title"
    PLAIN = "plain"
    QUIET = "quiet"
    ALERT = "alert"


@dataclass(frozen=True)
class Line:
    """One paragraph of plain text."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Facts:
    """Names and values."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Links:
    """Pages that open elsewhere: title and address, which may be empty."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Draft:
    """A reply that is suggested, whole; a vendor with little room shows how it begins."""

    label: str
    text: str


@dataclass(frozen=True)
class Choice:
    """One of several, picked with one press; each option's id comes back as the press."""

    label: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Button:
    """Something to press; ``id`` comes back."""

    id: str
    label: str
    main: bool = False


Part = Line | Facts | Links | Draft | Choice | Button


@dataclass(frozen=True)
class Panel:
    """The whole, most important first: a vendor that has little room leaves the last parts for its next page."""

    parts: Sequence[Part]
    more: Sequence[Part] = ()
    """Shown when somebody asks for more, with the button ``more``."""
    more_label: str = "More"
    whole: bool = False
    """Somebody has asked for more: everything is shown, however long that is."""
