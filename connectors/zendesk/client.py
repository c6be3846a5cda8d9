"""Zendesk's calls as plain dictionaries. No meaning is given to anything here.

The same session without zenpy where zenpy cannot, and in what every turn asks: an object for each row, made into a row
again, cost as much as the call itself.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from zenpy import Zenpy
from zenpy.lib.api_objects import TicketField, User
from zenpy.lib.exception import ZenpyException

from connectors.base import Connection
from connectors.errors import Unavailable
from connectors.types import File
from connectors.zendesk.session import TIMEOUT, Renew, Session

Row = dict[str, Any]

# Lines of zenpy below a warning hold request bodies (what customers wrote), those of urllib3 queries (their addresses).
for _chatty in ("zenpy", "urllib3"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)

MANY = 100
"""Zendesk's largest page and largest list of ids."""
MOST = 10_000
"""Rows after which a list is cut, so that an answer that pages in a circle ends."""


class Client:
    """One account. Every method makes its call now, past every cache, and raises ConnectorError when it fails."""

    def __init__(self, connection: Connection, renew: Renew | None = None) -> None:
        self._session = Session(connection, renew)
        # The subdomain is a placeholder: the session sends everything to the connection's own address.
        self._zenpy = Zenpy(
            subdomain="account", session=self._session, anonymous=True, timeout=TIMEOUT, disable_cache=True
        )

    def me(self) -> Row:
        """Our own user; without an id when Zendesk takes us for nobody."""
        with reading("users/me"):
            return row(self._zenpy.users.me())

    def ticket(self, id: int, *, clocks: bool = False) -> Row:
        """The ticket as it is now; with the account's own SLA clocks, as ``slas``, where it has and shows any."""
        answer = self._session.get(self._url(f"tickets/{id}.json"), params={"include": "slas"} if clocks else None)
        with reading("ticket"):
            return dict(answer.json()["ticket"])

    def comments(self, id: int) -> list[Row]:
        """Every comment, all pages."""
        return self.pages(f"tickets/{id}/comments.json", "comments", {})

    def audits(self, id: int) -> Iterator[Row]:
        """The ticket's audits, page by page as they are asked for."""
        with reading("audits"):
            yield from (row(audit) for audit in islice(self._zenpy.tickets.audits(id), MOST))

    def users(self, ids: Sequence[int]) -> list[Row]:
        """These users, in any order; unknown ones are left out."""
        found: list[Row] = []
        for start in range(0, len(ids), MANY):
            named = ",".join(map(str, ids[start : start + MANY]))
            found += self.pages("users/show_many.json", "users", {"ids": named})
        return found

    def user(self, id: int) -> Row:
        """One user."""
        with reading("user"):
            return row(self._zenpy.users(id=id))

    def installations(self) -> list[Row]:
        """Every app that is installed there; an admin's to see."""
        with reading("installations"):
            return [
                dict(one) for one in self._session.get(self._url("apps/installations.json")).json()["installations"]
            ]

    def app_key(self, app: int) -> str:
        """The public key with which Zendesk signs what it sends to that app, as PEM."""
        return str(self._session.get(self._url(f"apps/{app}/public_key.pem")).text)

    def organization(self, id: int) -> Row:
        """One organization."""
        with reading("organization"):
            return row(self._zenpy.organizations(id=id))

    def groups(self) -> list[Row]:
        """Every group."""
        with reading("groups"):
            return rows(self._zenpy.groups())

    def update(self, id: int, values: Mapping[str, Any]) -> Row:
        """One PUT with exactly these values; gives ``ticket`` and ``audit`` back."""
        answer = self.send("PUT", f"tickets/{id}.json", {"ticket": values})
        with reading("update"):
            # An answer without an audit: what was written is written all the same.
            return {"ticket": dict(answer["ticket"]), "audit": answer.get("audit") or {}}

    def upload(self, file: File) -> str:
        """Bring a file there; the token under which a comment takes it. zenpy would read it from a path."""
        params, headers = {"filename": file.name}, {"Content-Type": file.content_type}
        answer = self._session.post(self._url("uploads.json"), params=params, data=file.content, headers=headers)
        with reading("uploads"):
            return str(answer.json()["upload"]["token"])

    def merge(self, into: int, values: Mapping[str, Any]) -> Row:
        """Have tickets merged into one; the job that does it. zenpy cannot keep the comments internal."""
        answer = self._session.post(self._url(f"tickets/{into}/merge.json"), json=dict(values))
        with reading("merge"):
            return dict(answer.json()["job_status"])

    def add_tags(self, id: int, tags: Sequence[str]) -> None:
        """Add tags, leaving the others alone."""
        with reading("tags"):
            self._zenpy.tickets.add_tags(id, list(tags))

    def remove_tags(self, id: int, tags: Sequence[str]) -> None:
        """Remove tags, leaving the others alone."""
        with reading("tags"):
            self._zenpy.tickets.delete_tags(id, list(tags))

    def redact(self, id: int, comment: int, text: str) -> Row:
        """Take a string out of a comment for good; the comment as it then is."""
        with reading("redact"):
            return dict(self.send("PUT", f"tickets/{id}/comments/{comment}/redact.json", {"text": text})["comment"])

    def create(self, values: Mapping[str, Any], key: str) -> tuple[Row, bool]:
        """Open a ticket once per ``key``; True when Zendesk had already opened it. zenpy cannot send the key's header."""
        headers = {"Idempotency-Key": key[:255]}
        answer = self._session.post(self._url("tickets.json"), json={"ticket": dict(values)}, headers=headers)
        with reading("create"):
            return dict(answer.json()["ticket"]), answer.headers.get("x-idempotency-lookup") == "hit"

    def tickets_named(self, external_id: str) -> list[Row]:
        """The tickets with this external id."""
        with reading("tickets"):
            found = rows(self._zenpy.tickets(external_id=external_id))
        return [ticket for ticket in found if ticket.get("external_id") == external_id]

    def users_named(self, *, email: str = "", external_id: str = "") -> list[Row]:
        """The users with this address or external id. zenpy does not encode what it searches for."""
        params = {"external_id": external_id} if external_id else {"query": f"email:{email}"}
        answer = self._session.get(self._url("users/search.json"), params=params)
        with reading("users/search"):
            return list(answer.json()["users"])

    def create_user(self, values: Mapping[str, Any], *, or_update: bool = False) -> Row:
        """A new user; with ``or_update`` also the one who has this address or external id already."""
        make = self._zenpy.users.create_or_update if or_update else self._zenpy.users.create
        with reading("user"):
            return row(make(User(**values)))

    def changed(self, since: int) -> Iterator[Row]:
        """Tickets updated since that unix time, deleted ones included."""
        with reading("incremental"):
            yield from (row(ticket) for ticket in islice(self._zenpy.tickets.incremental(start_time=since), MOST))

    def articles(self) -> Iterator[Row]:
        """Every Help Center article that we may read."""
        with reading("articles"):
            yield from (row(article) for article in islice(self._zenpy.help_center.articles(), MOST))

    def fields(self) -> list[Row]:
        """Every ticket field."""
        with reading("ticket_fields"):
            return rows(self._zenpy.ticket_fields())

    def create_field(self, values: Mapping[str, Any]) -> Row:
        """A new ticket field."""
        with reading("ticket_fields"):
            return row(self._zenpy.ticket_fields.create(TicketField(**values)))

    def read(self, path: str) -> Row:
        """The object at a path that zenpy does not know."""
        answer = self._session.get(self._url(path))
        with reading(path):
            return dict(answer.json())

    def send(self, method: str, path: str, values: Mapping[str, Any] | None = None) -> Row:
        """Create, change or delete what zenpy does not know; the answer's object, empty where it has none."""
        answer = self._session.request(method, self._url(path), json=dict(values) if values else None)
        with reading(path):
            return dict(answer.json()) if answer.content else {}

    def pages(self, path: str, key: str, params: Mapping[str, Any]) -> list[Row]:
        """The rows under ``key``, all pages, of a list that zenpy does not know or cannot narrow."""
        found: list[Row] = []
        url, asked = self._url(path), dict(params)
        while url and len(found) < MOST:
            answer = self._session.get(url, params=asked)
            with reading(path):
                body = answer.json()
                found += [dict(one) for one in body[key]]
                following = body.get("next_page") or (body.get("links") or {}).get("next")
            # The link to the next page holds all that was asked.
            url, asked = str(following or ""), {}
        return found

    def _url(self, path: str) -> str:
        return f"https://account.zendesk.com/api/v2/{path}"


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn what zenpy says about an answer that it cannot read into Unavailable; its own text may quote the answer."""
    try:
        yield
    except (ZenpyException, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(f"{what}: the answer has another shape ({type(error).__name__})") from None


def row(thing: Any) -> Row:
    """A zenpy object as the dictionary that it was read from."""
    return dict(_restored(thing.to_dict()))


def rows(things: Iterable[Any]) -> list[Row]:
    """All of them, to the last page."""
    return [row(thing) for thing in islice(things, MOST)]


def _restored(value: Any) -> Any:
    """zenpy says ``from_`` where Zendesk says ``from``."""
    if isinstance(value, dict):
        return {("from" if name == "from_" else name): _restored(inner) for name, inner in value.items()}
    return [_restored(inner) for inner in value] if isinstance(value, list) else value


def unix(at: datetime) -> int:
    """Whole seconds since 1970."""
    return int(at.timestamp())
