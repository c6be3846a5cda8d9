"""What the page calls a host, and letters that a visitor may send there. Plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A letter that a visitor can send with two clicks."""

    title: str
    who: str
    subject: str
    text: str


@dataclass(frozen=True)
class Place:
    """What a host is called on the page, and letters that suit it."""

    company: str = ""
    examples: tuple[Example, ...] = ()
