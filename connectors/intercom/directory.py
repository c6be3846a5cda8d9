"""Names at a workspace and the ids that its API wants instead: tags, teams, teammates."""

from collections.abc import Callable
from typing import TypeVar

from connectors.errors import NotFound, Refused
from connectors.intercom.client import Client, Json
from connectors.intercom.values import identity

Answer = TypeVar("Answer")


class Directory:
    """Looks a name up once and remembers its id as long as the connection lives.

    Raises Refused for a name that is not there; never NotFound, which would mean that a ticket is gone.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tags: dict[str, str] = {}
        self._teams: dict[str, str] = {}
        self._admins: dict[str, str] = {}

    def tag(self, name: str) -> tuple[str, bool]:
        """The tag's id, made if there is none, and whether it was only remembered."""
        known = self._tags.get(name)
        if known is None:
            self._tags[name] = identity(_asked(lambda: self._client.create_tag(name)).get("id"))
        return self._tags[name], known is not None

    def forget_tag(self, name: str) -> None:
        """Somebody deleted it: look it up anew next time."""
        self._tags.pop(name, None)

    def team(self, given: str) -> str:
        """The id of a team given by id or by name."""
        if not given.isdecimal() and given.casefold() not in self._teams:
            self._teams = _index(_asked(self._client.teams), "name")
        return _found(given, self._teams, "team")

    def admin(self, given: str) -> str:
        """The id of a teammate given by id, name or address."""
        if not given.isdecimal() and given.casefold() not in self._admins:
            people = _asked(self._client.admins)
            self._admins = _index(people, "name") | _index(people, "email")
        return _found(given, self._admins, "agent")


def _asked(read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except NotFound as error:
        raise Refused(str(error)) from error


def _index(rows: list[Json], field: str) -> dict[str, str]:
    return {str(row[field]).casefold(): identity(row.get("id")) for row in rows if row.get(field)}


def _found(given: str, known: dict[str, str], kind: str) -> str:
    name = given if given.isdecimal() else known.get(given.casefold(), "")
    if not name:
        raise Refused(f"{kind}: the workspace has none of this name")
    return name
