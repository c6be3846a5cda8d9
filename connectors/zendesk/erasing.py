"""Erasing a customer at Zendesk: deleted first, then for good, as its privacy pages ask. Agents are never touched."""

from collections.abc import Sequence
from typing import Protocol

from connectors.errors import NotFound, Refused
from connectors.zendesk.client import Client, Row


def erase(client: Client, people: Sequence[str]) -> bool:
    """Erase the end users with these ids or addresses; False where there is none.

    Raises Refused for somebody of the team, and what Zendesk refuses: a user whose tickets are not closed yet.
    """
    found = {int(one["id"]): one for person in people for one in _found(client, person)}
    if any(one.get("role", "end-user") != "end-user" for one in found.values()):
        raise Refused("this is somebody of the team: erase them in Zendesk by hand")
    for id in found:
        client.send("DELETE", f"users/{id}.json")
        client.send("DELETE", f"deleted_users/{id}.json")
    return bool(found)


def _found(client: Client, person: str) -> list[Row]:
    if "@" in person:
        named = client.users_named(email=person)
        return [one for one in named if str(one.get("email", "")).casefold() == person.casefold()]
    if not person.isdigit():
        return []
    try:
        return [client.user(int(person))]
    except NotFound:
        return []


class HasClient(Protocol):
    """What is asked with."""

    @property
    def _client(self) -> Client: ...


class Erases:
    """What a connector with a client gains."""

    def erase(self: HasClient, people: Sequence[str]) -> bool:
        """Erase whoever has one of these ids or addresses, for good."""
        return erase(self._client, people)
