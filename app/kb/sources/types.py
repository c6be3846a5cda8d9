"""What every source gives, and how it says that something cannot be read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.types import Article


class Unreadable(Exception):
    """A document that cannot be taken in. The message says why, ``remedy`` what to do; neither quotes the document."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


@dataclass(frozen=True)
class Document:
    """One document as its pages: an API description gives one for each operation. ``name`` is stable over versions."""

    name: str
    updated_at: datetime
    pages: tuple[Article, ...] = field(repr=False)


@dataclass(frozen=True)
class Place:
    """A document that is there, when it was last written as far as is known, and how to read it (raises ``Unreadable``)."""

    name: str
    updated_at: datetime | None
    read: Callable[[], Document]


class Source(Protocol):
    """Somewhere with documents. ``origin`` names it in the database."""

    origin: str

    def places(self) -> Iterator[Place]:
        """Everything that is there. Raises ``Unreadable`` when the place itself cannot be."""
        ...


Known = Mapping[str, datetime]
"""When each document, by name, was last written as it is kept."""
