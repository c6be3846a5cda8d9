"""A line of an Intercom export as our ticket: a conversation as the API gives it, with its parts or without."""

from collections.abc import Mapping
from typing import Any

from connectors.intercom import parse
from connectors.intercom.marks import Owner
from connectors.types import Ticket


def exported(row: Mapping[str, Any]) -> Ticket | None:
    """The ticket, or None when the line is none of Intercom's. Raises BadPayload naming what cannot be read."""
    if not ("source" in row or "conversation_message" in row) or "created_at" not in row:
        return None
    return parse.ticket(dict(row), Owner("", ""), revision="export")
