"""Tickets that people have solved, from the incremental export; each is then read whole."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.errors import AuthFailed, BadPayload, NotFound, Refused
from connectors.types import Ref, Ticket
from connectors.zendesk import parse

log = logging.getLogger(__name__)

DONE = frozenset({"solved", "closed"})


def solved(rows: Iterable[Mapping[str, Any]], since: datetime, read: Callable[[Ref], Ticket]) -> Iterator[Ticket]:
    """The whole tickets of those rows of the export that are solved or closed. One that is not for us is left out."""
    for row in rows:
        if row.get("status") not in DONE or parse.moment(row.get("updated_at"), "ticket.updated_at") < since:
            continue
        try:
            yield read(Ref(str(row["id"])))
        except (AuthFailed, BadPayload, NotFound, Refused) as error:
            log.warning("solved.unread", extra={"error": type(error).__name__})
