"""The connector facing the played workspace over real HTTP, with one open conversation in which a customer has written."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.sandbox.intercom import IntercomHost
from app.sandbox.server import Served, application
from app.sandbox.world import World
from connectors.base import Connection
from connectors.intercom import Intercom
from connectors.redaction import Redact
from connectors.types import (
    AddMessage,
    Assign,
    Change,
    Inbound,
    Note,
    OpenTicket,
    Person,
    Priority,
    Ref,
    Reply,
    Role,
    SetField,
    SetPriority,
    SetStatus,
    Status,
    Tag,
    Untag,
)

PAYLOADS = Path(__file__).parent / "payloads"
SECRET = "c0ffee-client-secret"
CASEY = Person("u1", Role.CUSTOMER, "Casey Jones", "casey@example.com")

CHANGES: Mapping[type[Change], Change] = {
    Reply: Reply("Please **restart** the router:\n\n- unplug it\n- wait"),
    Note: Note("Looks like *billing*; see [the guide](https://help.example/a?b=1&c=2)."),
    Tag: Tag(("deskhand", "billing")),
    Untag: Untag(("stale",)),
    Assign: Assign(team="Billing"),
    SetStatus: SetStatus(Status.SOLVED),
    SetPriority: SetPriority(Priority.HIGH),
    SetField: SetField("deskhand_category", "refund"),
    OpenTicket: OpenTicket("From Slack", "Our export stopped working.", CASEY, "https://acme.slack.com/archives/C1/p1"),
    AddMessage: AddMessage("It still fails, also on Friday.", CASEY),
}


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


@dataclass
class IntercomStage:
    world: World
    host: IntercomHost
    connector: Intercom
    ref: Ref
    base: str
    payloads: Path = PAYLOADS
    secrets: tuple[str, ...] = (SECRET, "played-intercom-token")

    @property
    def needed(self) -> Mapping[str, tuple[str, ...]]:
        return {
            "conversation_user_created__2026.json": ("app_id", "topic", "id", "data", "data.item", "data.item.id"),
            "conversation_user_replied__2019.json": ("app_id", "topic", "id", "data.item.id"),
            "conversation_deleted__2026.json": ("data.item.conversation_id",),
            "ticket_contact_replied__2026.json": ("data.item.ticket.id",),
        }

    def signed(self, payload: Any, *, at: datetime | None = None, secret: str | None = None) -> Inbound:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {"content-type": "application/json", "x-hub-signature": signature(body, secret or SECRET)}
        return Inbound(headers, body, at or datetime.now(UTC))

    def tampered(self, request: Inbound) -> Iterator[Inbound]:
        good = request.headers["x-hub-signature"]
        wrong = {
            "other secret": signature(request.body, "another"),
            "empty": "",
            "not ASCII": "sha1=ünsigned",
            "lone surrogate": "sha1=\udce9",
            "no prefix": good.removeprefix("sha1="),
            "upper case": good.upper(),
            "sha256": "sha256=" + hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest(),
        }
        for value in wrong.values():
            yield replace(request, headers={**request.headers, "x-hub-signature": value})
        yield replace(request, headers={k: v for k, v in request.headers.items() if k != "x-hub-signature"})

    def echo(self) -> Inbound:
        self.connector.apply(self.ref, [Note("An own note.")], key="k-echo")
        given = self.host.workspace.conversations[self.ref.id]
        item = self.host.notifier._item(self.host.workspace, given, given.parts[-1:])
        return self.signed(self.host.notifier.envelope("conversation.admin.noted", item, "notif_echo"))

    def changes(self) -> Mapping[type[Change], Change]:
        held = self.host.workspace.conversations.get(self.ref.id)
        opening = held.source.id if held else "gone"
        return {**CHANGES, Redact: Redact(opening, 3, 10, "aaaaaaa")}

    def seen(self, change: Change) -> int:
        view = next(view for view in self.host.views() if view.id == self.ref.id)
        given = self.host.workspace.conversations[self.ref.id]
        if isinstance(change, Note | Reply | AddMessage):
            kind = "note" if isinstance(change, Note) else "public"
            first = flat(change.text)
            return sum(m["kind"] == kind and flat(m["text"]).startswith(first) for m in view.messages)
        if isinstance(change, OpenTicket):
            return sum(flat(v.messages[0]["text"]) == flat(change.text) for v in self.host.views())
        facts: Mapping[type[Change], Any] = {
            Redact: lambda: given.source.redacted,
            Tag: lambda: set(change.names) <= set(view.tags),
            Untag: lambda: not set(change.names) & set(view.tags),
            Assign: lambda: view.assignee == change.team,
            SetStatus: lambda: given.state == "closed",
            SetPriority: lambda: dict(view.fields).get("deskhand_priority") == change.priority.value,
            SetField: lambda: dict(view.fields).get(change.name) == change.value,
        }
        return int(facts[type(change)]())

    def close_for_good(self) -> None:
        """Intercom has no such state: a closed conversation takes notes and replies."""

    def remove(self) -> None:
        with self.host.workspace.lock:
            del self.host.workspace.conversations[self.ref.id]


def flat(text: str) -> str:
    """The words of a text, without its layout and without links' addresses."""
    bare = re.sub(r"\]\([^)]*\)", " ", text)
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


@contextmanager
def open(app_code: str | None = "deskhand-app", configured: str = "deskhand-app") -> Iterator[IntercomStage]:
    """A fresh world; ``app_code`` is what the workspace shows on our parts, ``configured`` what our settings hold."""
    world = World()
    host = IntercomHost(world, app_code=app_code)
    host.workspace.add_team("Billing")
    host.customer("casey@example.com", "Casey Jones", company="Acme", plan="gold", vip=True)
    ticket = host.customer_writes("casey@example.com", "My invoice is wrong.\n\nCan you help?")
    host.workspace.conversations[ticket].tags[host.workspace.tag_named("stale")] = (host.workspace.now(), host.admin_id)
    with Served(application(world, [host])) as base:
        settings = {"app_id": host.app_id, "admin_id": host.admin_id}
        settings |= {"app_package_code": configured} if configured else {}
        secrets = {"access_token": host.token, "client_secret": SECRET}
        connector = Intercom(Connection("c1", f"{base}/{host.name}", settings, secrets))
        try:
            yield IntercomStage(world, host, connector, Ref(ticket), base)
        finally:
            connector.close()
            host.notifier.deliveries.close()
