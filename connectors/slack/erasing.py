"""Erasing somebody at Slack, whose API does not do that: it is said who does, and how."""

from collections.abc import Sequence
from typing import NoReturn

from connectors.errors import NotErased

REMEDY = (
    "the workspace's primary owner deletes the profile with Slack's profile deletion tool, and an admin their messages"
)


class ErasesNobody:
    """What the connector gains: an answer to whoever asks."""

    def customers(self, people: Sequence[str]) -> NoReturn:
        """Raises NotErased."""
        raise NotErased("Slack's API erases nobody", REMEDY)

    def erase(self, customer: str) -> NoReturn:
        """Raises NotErased."""
        raise NotErased("Slack's API erases nobody", REMEDY)
