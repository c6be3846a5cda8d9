"""What the engine needs from outside, as small protocols. Implementations are wired in ``services``."""

from collections.abc import Sequence
from typing import Protocol

from app.engine.types import Classification, Passage
from connectors.types import Ticket

ANSWERS = 0.5
"""The score from which a passage answers what was asked; below it, it is about the same and a person decides."""


class Classifier(Protocol):
    """Says what a ticket is about. Never raises on any text; no label when it does not know."""

    version: str

    def classify(self, ticket: Ticket) -> Classification:
        """The judgement on the whole ticket, newest question foremost."""
        ...


class Knowledge(Protocol):
    """Finds passages that may answer, best first."""

    version: str
    """Changes whenever an article does."""

    def search(self, query: str, *, locale: str = "", limit: int = 5) -> Sequence[Passage]:
        """At most ``limit`` passages, best first, none when nothing fits."""
        ...
