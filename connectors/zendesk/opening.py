"""Opening a ticket for what began elsewhere, once, and finding or making the person it is for."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.base import Connector
from connectors.errors import AuthFailed, NotFound, Refused
from connectors.types import Change, OpenTicket, Person, Receipt, Ref, Tag
from connectors.zendesk.batch import MARK, tags
from connectors.zendesk.client import Client

log = logging.getLogger(__name__)


def open_ticket(
    client: Client, connector: Connector, changes: Sequence[Change], key: str, since: datetime | None
) -> Receipt:
    """The new ticket's id is the receipt's first ref. Its tags are there from the start, the other changes follow.

    Zendesk remembers the key for two hours; the external id finds the ticket after that.
    """
    opened = [change for change in changes if isinstance(change, OpenTicket)]
    if len(opened) > 1:
        raise Refused("one ticket at a time")
    known = client.tickets_named(key) if since else []
    if known:
        id, recovered = str(known[0]["id"]), True
    else:
        row, recovered = client.create(_values(client, opened[0], changes, key), key)
        id = str(row["id"])
    rest = [change for change in changes if not isinstance(change, OpenTicket | Tag)]
    if not rest:
        return Receipt(key, datetime.now(UTC), (id,), recovered)
    then = connector.apply(Ref(id), rest, key=f"{key}:then", since=since)
    return Receipt(key, then.at, (id, *then.refs), recovered and then.recovered, then.skipped)


def person(client: Client, who: Person) -> int:
    """The end user's number: found by address, or by the name we gave them before, else made."""
    mark = f"deskhand:{who.id}"
    found = client.users_named(email=who.email) if who.email else client.users_named(external_id=mark)
    for row in found:
        if (who.email and _same(row.get("email"), who.email)) or (not who.email and row.get("external_id") == mark):
            return int(row["id"])
    values: dict[str, Any] = {"name": who.name or who.email or "Customer", "role": "end-user"}
    values |= {"email": who.email, "skip_verify_email": True} if who.email else {"external_id": mark}
    try:
        return int(client.create_user(values)["id"])
    except Refused:
        # Search lags behind by minutes, or somebody was faster: then there is such a user, and this finds it at once.
        return int(client.create_user(values, or_update=True)["id"])


def _same(given: Any, address: str) -> bool:
    return isinstance(given, str) and given.casefold() == address.casefold()


def _values(client: Client, change: OpenTicket, changes: Sequence[Change], key: str) -> Mapping[str, Any]:
    text = f"{change.text}\n\n{change.source_url}" if change.source_url else change.text
    added, _ = tags(changes)
    return {
        "subject": change.subject,
        "comment": {"body": text, "public": change.public},
        **_requester(client, change),
        "external_id": key,
        "tags": list(added),
        "metadata": {MARK: key},
    }


def _requester(client: Client, change: OpenTicket) -> Mapping[str, Any]:
    """The submitter is the author of the first comment: these are the customer's words, unless nobody but the team reads them.

    Where we may not look for people, Zendesk finds or makes the requester itself, and the words bear our name.
    """
    who = change.requester
    try:
        id = person(client, who)
    except (AuthFailed, NotFound, Refused) as error:
        log.warning("users.refused", extra={"error": type(error).__name__})
        known = {"name": who.name or who.email or "Customer"} | ({"email": who.email} if who.email else {})
        return {"requester": known}
    return {"requester_id": id} | ({"submitter_id": id} if change.public else {})
