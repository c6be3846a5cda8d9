"""Erasing a customer at Zendesk: deleted first, then for good, as its privacy pages ask. Agents are never touched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from connectors.errors import Forbidden, NotErased, NotFound, Refused
from connectors.zendesk.client import Client, Row

CUSTOMER = "end-user"


def customers(client: Client, people: Sequence[str]) -> list[str]:
    """The ids of the end users with these ids or addresses. Raises NotErased for somebody of the team."""
    found = {str(one["id"]): one for person in people for one in _found(client, person)}
    for one in found.values():
        _only_customers(one)
    return list(found)


def erase(client: Client, id: str) -> bool:
    """Erase that end user; False where there is none any more. One who was only deleted so far is erased for good."""
    for user in _found(client, id):
        _only_customers(user)
        if user.get("active", True):
            with _may(), _there():
                client.send("DELETE", f"users/{id}.json")
    with _may(), _there() as gone:
        client.send("DELETE", f"deleted_users/{id}.json")
    return not gone


def _found(client: Client, person: str) -> list[Row]:
    if "@" in person:
        named = client.users_named(email=person)
        return [one for one in named if str(one.get("email", "")).casefold() == person.casefold()]
    if not person.isdecimal():
        return []
    try:
        return [client.user(int(person))]
    except NotFound:
        return []


def _only_customers(user: Row) -> None:
    if user.get("role", CUSTOMER) != CUSTOMER:
        raise NotErased("this is somebody of the team", "erase them in Zendesk by hand, if that is meant")


@contextmanager
def _there() -> Iterator[list[NotFound]]:
    """What is not there is erased."""
    gone: list[NotFound] = []
    try:
        yield gone
    except NotFound as error:
        gone.append(error)


@contextmanager
def _may() -> Iterator[None]:
    try:
        yield
    except Forbidden as error:
        role = "give Deskhand's user in Zendesk a role that may delete end users, then ask again"
        raise NotErased("Zendesk does not let us delete users", role) from error
    except Refused as error:
        raise NotErased(
            "Zendesk deletes nobody whose tickets are not all closed", "close their tickets there, then ask again"
        ) from error


class HasClient(Protocol):
    """What is asked with."""

    @property
    def _client(self) -> Client: ...


class Erases:
    """What a connector with a client gains."""

    def customers(self: HasClient, people: Sequence[str]) -> Sequence[str]:
        """The ids of the end users with these ids or addresses."""
        return customers(self._client, people)

    def erase(self: HasClient, customer: str) -> bool:
        """Erase the end user with this id, for good."""
        return erase(self._client, customer)
