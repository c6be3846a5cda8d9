"""The Zendesk connector facing the played Zendesk over real HTTP."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.sandbox.zendesk.hooks import signature, told
from app.sandbox.zendesk.state import Record, stamp
from connectors.base import Connection
from connectors.redaction import Redact
from connectors.types import (
    AddMessage,
    Assign,
    Change,
    Inbound,
    LinkTo,
    Merge,
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
from connectors.zendesk import Zendesk

SECRET = "stage-signing-secret"
TOKEN = "stage-api-token"
CUSTOMER = Person("U77", Role.CUSTOMER, "Grace Hopper", "grace@example.com")


def connection(base: str, host: ZendeskHost, **settings: str) -> Connection:
    """A connection to this host, as `connect` would have saved it."""
    known = {"email": host.email, "user_id": str(host.state.bot), "account_id": str(host.account_id)}
    secrets = {"token": host.token, "signing_secret": SECRET}
    return Connection(f"c-{host.name}", f"{base}/{host.name}", known | settings, secrets)


@dataclass
class ZendeskStage:
    """See ``tests.contract.stage.Stage``."""

    world: World
    host: ZendeskHost
    connector: Zendesk
    ref: Ref
    base: str
    payloads: Path = Path(__file__).parent / "payloads"
    secrets: tuple[str, ...] = (SECRET, TOKEN)
    needed: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "created__full.json": ("id", "detail.id", "account_id"),
            "comment_added__agent.json": ("id", "detail.id", "account_id"),
            "trigger__ids_only.json": ("ticket_id",),
        }
    )

    @property
    def record(self) -> Record:
        """The ticket as the played vendor holds it, also when it is deleted."""
        return self.host.state.tickets[int(self.ref.id)]

    def signed(self, payload: Any, *, at: datetime | None = None, secret: str | None = None) -> Inbound:
        """Signed as Zendesk signs, now unless told otherwise."""
        body = payload if isinstance(payload, bytes) else (json.dumps(payload, indent=2) + "\n").encode()
        now = datetime.now(UTC)
        when = stamp(at or now)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "x-zendesk-account-id": str(self.host.account_id),
            "x-zendesk-webhook-id": "01HANAHC1JKV2E5CDKZM2QPPWC",
            "x-zendesk-webhook-invocation-id": "01HANA2B5D5W9XSJS3NE5SQA1J",
            "x-zendesk-webhook-signature": signature(SECRET if secret is None else secret, when, body),
            "x-zendesk-webhook-signature-timestamp": when,
        }
        return Inbound(headers, body, now)

    def tampered(self, request: Inbound) -> Iterator[Inbound]:
        """What must be refused."""
        name, at = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"
        yield replace(request, body=request.body + b" ")
        yield replace(request, headers={**request.headers, name: "A" * 43 + "="})
        yield replace(request, headers={**request.headers, name: "schlüssel"})
        yield replace(request, headers={**request.headers, name: ""})
        yield replace(request, headers={**request.headers, at: "yesterday"})
        for gone in (name, at):
            yield replace(request, headers={k: v for k, v in request.headers.items() if k != gone})
        for seconds in (-301, 301):
            yield replace(request, at=request.at + timedelta(seconds=seconds + (1 if seconds > 0 else -1)))

    def echo(self) -> Inbound:
        """The event of our own reply."""
        before = len(self.record.audits)
        self.connector.apply(self.ref, [Reply("An answer of ours")], key="echo")
        audit = self.record.audits[before]
        [event] = told(self.host.state, self.record, audit, created=False)
        return self.signed(event)

    def changes(self) -> Mapping[type[Change], Change]:
        """One of each."""
        return {
            Reply: Reply("Your parcel is **on its way**."),
            Note: Note("Classified as **shipping**"),
            Tag: Tag(("deskhand_shipping",)),
            Untag: Untag(("old_tag",)),
            Assign: Assign(team="Support"),
            SetStatus: SetStatus(Status.PENDING),
            SetPriority: SetPriority(Priority.HIGH),
            SetField: SetField("deskhand_category", "shipping"),
            OpenTicket: OpenTicket("From a thread", "It began elsewhere.", CUSTOMER, "https://example.com/thread"),
            AddMessage: AddMessage("Any news on my parcel?", CUSTOMER),
            LinkTo: LinkTo(Ref(self.other)),
            Redact: Redact(str(self.record.comments[0]["id"]), 27, 31, "0000"),
            Merge: Merge(Ref(self.other), "The same question, asked twice."),
        }

    @cached_property
    def other(self) -> str:
        """Another ticket of the same customer, written when it is first asked for."""
        return self.host.customer_writes("Ada Lovelace", "My parcel 4711 is late.", subject="Parcel late")

    def seen(self, change: Change) -> int:
        """How often the played vendor shows it."""
        return SEEN[type(change)](self, change)

    def close_for_good(self) -> None:
        """Closed tickets answer 422 to every change."""
        self.record.row["status"] = "closed"

    def remove(self) -> None:
        """Deleted tickets answer 404."""
        self.record.deleted = True

    def comments(self, text: str, *, public: bool) -> int:
        """How many comments say just this, to that audience."""
        return sum(c["plain_body"] == text and c["public"] is public for c in self.record.comments)


def _has(stage: ZendeskStage, field: str, value: Any) -> int:
    return int(stage.record.row[field] == value)


SEEN: Mapping[type[Change], Callable[[ZendeskStage, Any], int]] = {
    Reply: lambda stage, change: stage.comments(change.text.replace("**", ""), public=True),
    Note: lambda stage, change: stage.comments(change.text.replace("**", ""), public=False),
    AddMessage: lambda stage, change: stage.comments(change.text, public=True),
    OpenTicket: lambda stage, change: sum(r.row["subject"] == change.subject for r in stage.host.state.live()),
    Tag: lambda stage, change: int(set(change.names) <= set(stage.record.row["tags"])),
    Untag: lambda stage, change: int(not set(change.names) & set(stage.record.row["tags"])),
    Assign: lambda stage, _: int(stage.record.row["group_id"] in stage.host.state.groups),
    SetStatus: lambda stage, change: _has(stage, "status", change.status.value),
    SetPriority: lambda stage, change: _has(stage, "priority", change.priority.value),
    Merge: lambda stage, change: sum(
        c["plain_body"] == change.note for c in stage.host.state.tickets[int(change.into.id)].comments
    ),
    LinkTo: lambda stage, change: _has(stage, "problem_id", int(change.parent.id)),
    Redact: lambda stage, change: stage.record.comments[0]["plain_body"].count("▇▇▇▇"),
    SetField: lambda stage, change: int(change.value in [f["value"] for f in stage.record.row["custom_fields"]]),
}


@contextmanager
def open() -> Iterator[ZendeskStage]:  # the name that the contract suite calls
    """A fresh account with one ticket, on a free port."""
    world = World()
    host = ZendeskHost(world, token=TOKEN)
    known = host.state.add_field(
        {"type": "text", "title": "Deskhand category", "agent_description": "deskhand:deskhand_category"}
    )
    ref = Ref(host.customer_writes("Ada Lovelace", "Where is my parcel?\n\nOrder 4711", subject="Parcel"))
    host.state.tickets[int(ref.id)].row["tags"] = ["old_tag"]
    with Served(application(world, [host])) as base:
        field_id = {"field:deskhand_category": str(known["id"])}
        yield ZendeskStage(world, host, Zendesk(connection(base, host, **field_id)), ref, base)
    host.deliveries.close()
