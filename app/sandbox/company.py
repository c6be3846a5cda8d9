"""What a played company is made of: its pages, its customers, and letters they might write. Plain values, no vendor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.sandbox.inbox.place import Example

ACCOUNTS = Path(__file__).parent / "accounts"


@dataclass(frozen=True)
class Article:
    """A page of the help centre; ``internal`` ones are for agents only."""

    title: str
    html: str
    internal: bool = False


@dataclass(frozen=True)
class Client:
    """A customer that the company knows before they write."""

    name: str
    email: str
    tags: tuple[str, ...] = ()
    facts: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Company:
    """An account of ours, with a file in ``accounts``."""

    name: str
    account: str
    file: str
    articles: tuple[Article, ...]
    clients: tuple[Client, ...]
    letters: tuple[Example, ...]
    teams: tuple[str, ...] = ()

    @property
    def configuration(self) -> Path:
        """Where its configuration is."""
        return ACCOUNTS / self.file
