"""Taking personal data out of a host for good: the change, and the look by which a piece is known without being kept."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Redact:
    """Take one piece of a customer's message out of the host, so that nobody can bring it back.

    The piece is ``Message.text[start:end]`` and is named by its place, because what is taken out there must not lie in our
    own plans. ``look`` is its ``look``: where another text stands in that place by then, nothing is taken out.
    """

    message: str
    start: int
    end: int
    look: str


def look(piece: str) -> str:
    """The piece with every digit a 0 and every letter an a: enough to know its place again, too little to know it."""
    return "".join("0" if c.isdigit() else "a" if c.isalpha() else c if c in " -./:\n" else "?" for c in piece)
