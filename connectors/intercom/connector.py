"""The connector: what Intercom promises us of the contract, wired from the parts beside it."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.base import Answer, Answers, Connection, Setting, Touch
from connectors.errors import AuthFailed, BadSignature, NotFound, Refused, Unsupported
from connectors.installing import App, Asking, Grant
from connectors.intercom import availability, canvas, erasing, events, oauth, parse, people, settings, solved, values
from connectors.intercom.client import Client
from connectors.intercom.directory import Directory
from connectors.intercom.marks import Owner
from connectors.intercom.opening import Opener
from connectors.intercom.revision import revision
from connectors.intercom.writes import Batch, Writer
from connectors.panel import Panel
from connectors.redaction import Redact
from connectors.signing import mac, same
from connectors.types import (
    AddMessage,
    Article,
    Assign,
    Change,
    Event,
    EventKind,
    Inbound,
    Note,
    OpenTicket,
    Person,
    Receipt,
    Ref,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    Tag,
    Teammate,
    Ticket,
    Untag,
)

log = logging.getLogger(__name__)

_MISSING = (AuthFailed, NotFound, Refused)
"""What an optional read may answer where the plan or a permission lacks it."""


class Intercom:
    """One workspace at Intercom. Bodies of conversations are read again, never believed from a webhook."""

    name: ClassVar[str] = "intercom"
    settings: ClassVar[tuple[Setting, ...]] = settings.SETTINGS
    app_settings: ClassVar[tuple[Setting, ...]] = oauth.APP_SETTINGS
    place: ClassVar[Setting | None] = oauth.PLACE
    tenant_setting: ClassVar[str] = "app_id"
    # Nothing here but 2xx, 401 and 503: 410 disables the subscription at once and 429 throttles it for up to two hours.
    answers: ClassVar[Answers] = Answers()
    supports: ClassVar[frozenset[type[Change]]] = frozenset(
        {Reply, Note, Tag, Untag, Assign, SetStatus, SetPriority, SetField, OpenTicket, AddMessage, Redact}
    )

    redacts_whole: ClassVar[bool] = True

    def __init__(self, connection: Connection) -> None:
        given = connection.settings
        self._secret = connection.secrets.get("client_secret", "")
        self._app_id = given.get("app_id", "")
        self._base = settings.address(connection.base_url, given.get("region", ""))
        self._owner = Owner(given.get("admin_id", ""), given.get("app_package_code", ""))
        self._client = Client(connection.secrets.get("access_token", ""), self._base)
        self._writer = Writer(self._client, Directory(self._client), self._owner)
        self._opener = Opener(self._client, self._owner)

    def close(self) -> None:
        """Give the kept connections back; the connector is not used afterwards."""
        self._client.close()

    @staticmethod
    def consent(app: App, place: str, asking: Asking) -> str:
        """Intercom's consent page."""
        return oauth.consent(app, place, asking)

    @staticmethod
    def granted(app: App, place: str, asking: Asking, code: str) -> Grant:
        """The workspace that was connected."""
        return oauth.granted(app, place, asking, code)

    said = staticmethod(oauth.said)

    def revoke(self) -> None:
        """Our app is uninstalled there: that ends its token."""
        self._client.uninstall()

    @staticmethod
    def tenants(app: App, request: Inbound) -> Sequence[str]:
        """Which workspace a notification is of."""
        return oauth.tenants(app, request)

    def check(self) -> Mapping[str, str]:
        """Who we are there. Raises Refused when the token belongs to another workspace than the one configured."""
        me = self._client.me()
        app = values.table(me.get("app"))
        account = values.identity(app.get("id_code"))
        if account and account != self._app_id:
            raise Refused(f"app_id: this token belongs to the workspace {account}")
        found = {
            "user_id": self._owner.admin_id,
            "account": account or self._app_id,
            "name": str(app.get("name") or ""),
        }
        region = str(app.get("region") or "").lower()
        known = {"region": region} if region in settings.REGIONS else {}
        return found | known | {"token_of": values.identity(me.get("id"))}

    def receive(self, request: Inbound) -> Iterable[Event]:
        """The event of a signed notification, if it is one that wakes a ticket."""
        wanted = "sha1=" + mac(self._secret, request.body, "sha1").hex()
        if not self._secret or not same(wanted, request.headers.get("x-hub-signature", "")):
            raise BadSignature("X-Hub-Signature does not fit the body")
        found = events.event(events.payload(request.body), self._app_id, self._owner, request.at)
        return [] if found is None else [found]

    comes_from = staticmethod(canvas.comes_from)

    def proved(self, request: Inbound) -> None:
        """That Intercom signed what its inbox asks of us."""
        canvas.proved(self._secret, request)

    def touched(self, request: Inbound) -> Touch:
        """What a teammate did in our canvas."""
        return canvas.touched(request, self._app_id)

    def drawn(self, panel: Panel, *, page: str = "") -> Answer:
        """The canvas."""
        return canvas.drawn(panel, page)

    def healthy(self, trouble: str, *, page: str = "") -> Answer:
        """What Intercom's admins are told of this installation."""
        return canvas.healthy(trouble, page)

    def ticket(self, ref: Ref) -> Ticket:
        """The conversation, and what the workspace knows of its customer where it lets us read that."""
        conversation = self._client.conversation(_safe(ref))
        name = revision(conversation, self._owner)
        return parse.ticket(conversation, self._owner, name, self._requester(conversation), self._page(ref))

    def apply(
        self,
        ref: Ref,
        changes: Sequence[Change],
        *,
        key: str,
        expect: str | None = None,
        since: datetime | None = None,
    ) -> Receipt:
        """Several calls, as ``writes`` says; opening a ticket is a batch of its own."""
        foreign = [type(change).__name__ for change in changes if type(change) not in self.supports]
        if foreign:
            raise Unsupported(f"{foreign[0]}: Intercom has no such change")
        opening = [change for change in changes if isinstance(change, OpenTicket)]
        if opening and len(changes) > 1:
            raise Unsupported("OpenTicket: a batch of its own")
        if opening:
            return self._opener.apply(opening[0], key, since)
        return self._writer.apply(Batch(_safe(ref), changes, key, expect, since))

    def changed(self, since: datetime) -> Iterator[Event]:
        """Every conversation updated since then, by search, which may lag behind some minutes."""
        query = {"field": "updated_at", "operator": ">", "value": int(since.timestamp()) - 1}
        for found in self._client.conversations(query):
            name, at = values.identity(found.get("id")), values.moment(found.get("updated_at"))
            if name and at and at >= since - timedelta(seconds=1):
                yield Event(f"changed:{name}:{int(at.timestamp())}", EventKind.CHANGED, Ref(name), at)

    def articles(self, since: datetime | None) -> Iterator[Article]:
        """Published articles, and the internal ones as restricted where the workspace has them and lets us read them."""
        for given in self._client.articles():
            found = people.article(given)
            if found and (since is None or found.updated_at >= since):
                yield found
        for given in self._optional("internal_articles", lambda: list(self._client.internal_articles()), []):
            found = people.internal(given)
            if found and (since is None or found.updated_at >= since):
                yield found

    def solved(self, since: datetime) -> Iterator[Ticket]:
        """Every closed conversation updated since then, read one by one; the search may lag behind some minutes."""
        yield from solved.solved(self._client.conversations(solved.query(since)), self.ticket)

    def customers(self, people: Sequence[str]) -> Sequence[str]:
        """The contacts with these ids or addresses."""
        return erasing.customers(self._client, people)

    def erase(self, customer: str) -> bool:
        """Delete that contact for good; False where it is gone already."""
        return erasing.erase(self._client, customer)

    def teammates(self) -> Sequence[Teammate]:
        """Every teammate who can be given conversations; without their teams where those cannot be read."""
        teams = self._optional("teams", self._client.teams, [])
        return availability.teammates(self._client.admins(), teams, self._owner.admin_id)

    def prepare(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """These attributes, name -> id, made where they are missing; an empty id for one that has to be made by hand.

        Intercom's API creates them from 2.16 on, which not every workspace has. Where it does not even list them the
        answer is empty, and nothing is created: it might be there.
        """
        listed = self._optional("data_attributes", self._client.attributes, None)
        if listed is None:
            return {}
        known = {str(row.get("name")): values.identity(row.get("id")) or str(row.get("name")) for row in listed}
        return {name: known.get(name) or self._attribute(name, title) for name, title in fields.items()}

    def _attribute(self, name: str, title: str) -> str:
        made = self._optional("attribute", lambda: self._client.create_attribute(name, title), {})
        return values.identity(made.get("id"))

    def _requester(self, conversation: values.Json) -> Person:
        known = parse.author_of(conversation)
        if not known.id:
            return known
        contact = self._optional("contact", lambda: self._client.contact(known.id), {})
        has = values.table(contact.get("companies"))
        member = bool(has.get("data") or has.get("total_count"))
        companies = self._optional("companies", lambda: self._client.companies(known.id), []) if member else []
        return people.requester(known, contact, companies)

    def _optional(self, what: str, read: Callable[[], Any], default: Any) -> Any:
        """A read that the ticket does not hang on: what a plan or permission lacks is logged and left out."""
        try:
            return read()
        except _MISSING as error:
            log.warning("intercom.unread", extra={"what": what, "error": type(error).__name__})
            return default

    def _page(self, ref: Ref) -> str:
        """Where a teammate reads the conversation; nothing for an address that is not Intercom's own."""
        if self._base not in settings.REGIONS.values():
            return ""
        host = self._base.replace("api.", "app.").replace(".io", ".com")
        return f"{host}/a/inbox/{self._app_id}/inbox/conversation/{ref.id}"


def _safe(ref: Ref) -> str:
    """The id, if it can be one: it becomes part of an address."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", ref.id):
        raise NotFound("conversation: no such id")
    return ref.id
