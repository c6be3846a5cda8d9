"""Conversations that people have closed, by search; each is then read whole."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from connectors.errors import AuthFailed, BadPayload, NotFound, Refused
from connectors.intercom.values import Json, identity, moment
from connectors.types import Ref, Ticket

log = logging.getLogger(__name__)


def query(since: datetime) -> dict[str, Any]:
    """The search for what is closed and was updated since then."""
    updated = {"field": "updated_at", "operator": ">", "value": int(since.timestamp()) - 1}
    return {"operator": "AND", "value": [{"field": "state", "operator": "=", "value": "closed"}, updated]}


def solved(found: Iterable[Json], read: Callable[[Ref], Ticket]) -> Iterator[Ticket]:
    """The whole conversations of what a search found, the longest untouched first. One that is not for us is left out."""
    dated = [(at, name) for row in found if (name := identity(row.get("id"))) and (at := moment(row.get("updated_at")))]
    for _, name in sorted(dated):
        try:
            yield read(Ref(name))
        except (AuthFailed, BadPayload, NotFound, Refused) as error:
            log.warning("solved.unread", extra={"error": type(error).__name__})
