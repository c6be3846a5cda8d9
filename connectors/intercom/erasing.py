"""Erasing a contact at Intercom. Teammates are no contacts, so none is ever touched."""

from collections.abc import Iterator, Sequence

from connectors.errors import Forbidden, NotErased, NotFound
from connectors.intercom.client import Client


def customers(client: Client, people: Sequence[str]) -> list[str]:
    """The ids of the contacts with these ids or addresses."""
    return list(dict.fromkeys(id for person in people for id in _found(client, person)))


def erase(client: Client, id: str) -> bool:
    """Delete that contact for good; False where there is none any more."""
    try:
        client.delete_contact(id)
    except NotFound:
        return False
    except Forbidden as error:
        scope = "give the app in Intercom the permission to write contacts, then ask again"
        raise NotErased("Intercom does not let us delete contacts", scope) from error
    return True


def _found(client: Client, person: str) -> Iterator[str]:
    if "@" in person:
        for one in client.contacts_by_email(person):
            if str(one.get("email") or "").casefold() == person.casefold():
                yield str(one["id"])
        return
    if not person.isalnum():
        return
    try:
        yield str(client.contact(person)["id"])
    except NotFound:
        return
