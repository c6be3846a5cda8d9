"""Erasing a contact at Intercom. Teammates are no contacts, so none is ever touched."""

from collections.abc import Iterator, Sequence

from connectors.errors import NotFound
from connectors.intercom.client import Client


def erase(client: Client, people: Sequence[str]) -> bool:
    """Delete the contacts with these ids or addresses for good; False where there is none. Raises a ConnectorError."""
    found = list(dict.fromkeys(id for person in people for id in _found(client, person)))
    for id in found:
        client.delete_contact(id)
    return bool(found)


def _found(client: Client, person: str) -> Iterator[str]:
    if "@" in person:
        for one in client.contacts_by_email(person):
            if str(one.get("email") or "").casefold() == person.casefold():
                yield str(one["id"])
        return
    try:
        yield str(client.contact(person)["id"])
    except NotFound:
        return
