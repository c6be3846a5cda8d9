"""Webhooks on their way out: what each update is worth telling, signed anew for each attempt, and Zendesk's rules for sending again."""

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.deliveries import Deliveries, Outcome, Parcel
from app.sandbox.zendesk.state import Record, Row, State, stamp

CONDITIONAL = "conditional_ticket_events"
EVERYTHING = ("zen:event-type:ticket.*",)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHANGED = {
    "status": "status_changed",
    "priority": "priority_changed",
    "type": "type_changed",
    "subject": "subject_changed",
    "tags": "tags_changed",
    "assignee_id": "agent_assignment_changed",
    "group_id": "group_assignment_changed",
    "requester_id": "requester_changed",
    "external_id": "external_id_changed",
}


@dataclass
class Webhook:
    """One webhook: the row that the API shows, its secret, and what was sent."""

    row: Row
    secret: str
    invocations: list[Row] = field(default_factory=list)
    attempts: dict[str, list[Row]] = field(default_factory=dict)


class Webhooks:
    """All webhooks of the account. Hears every audit and sends what is subscribed; triggers send by themselves."""

    def __init__(self, state: State, deliveries: Deliveries) -> None:
        self._state = state
        self._deliveries = deliveries
        self.all: dict[str, Webhook] = {}

    def add(self, row: Row, secret: str = "") -> Webhook:
        """A new webhook; Zendesk makes the secret unless one is given here."""
        now = self._state.now()
        made = {"id": ulid(self._state), "status": "active", "created_at": now, "created_by": str(self._state.bot)}
        hook = Webhook(made | row, secret or base64.b64encode(secrets.token_bytes(32)).decode())
        self.all[hook.row["id"]] = hook
        return hook

    def heard(self, record: Record, audit: Row, created: bool) -> None:
        """Send each of the audit's events to whoever subscribed to its type."""
        events = list(told(self._state, record, audit, created))
        for hook in list(self.all.values()):
            for body in events:
                if hook.row["status"] == "active" and _subscribed(hook.row["subscriptions"], body["type"]):
                    self.send(hook, (json.dumps(body, indent=2) + "\n").encode())

    def send(self, hook: Webhook, body: bytes) -> None:
        """Put one invocation on its way."""
        invocation = ulid(self._state)
        line: Row = {"id": invocation, "latest_completed_at": None, "status": "pending"}
        hook.invocations.append(line)
        hook.attempts[invocation] = []

        def pack(attempt: int) -> Parcel:
            at = stamp(self._state.world.clock.now())
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Zendesk Webhook",
                "X-Zendesk-Account-Id": str(self._state.account_id),
                "X-Zendesk-Webhook-Id": hook.row["id"],
                "X-Zendesk-Webhook-Invocation-Id": invocation,
                "X-Zendesk-Webhook-Signature": signature(hook.secret, at, body),
                "X-Zendesk-Webhook-Signature-Timestamp": at,
            }
            return Parcel(hook.row["endpoint"], headers, body)

        def after(outcome: Outcome) -> float | None:
            wait = again(outcome)
            done = "success" if 200 <= outcome.status < 300 else "terminated" if wait is None else "throttled"
            line.update({"latest_completed_at": self._state.now(), "status": done})
            hook.attempts[invocation].append({"status": done, "response": {"status": outcome.status}})
            return wait

        self._deliveries.send(pack, after)


def signature(secret: str, at: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over timestamp and body, the secret taken as text."""
    return base64.b64encode(hmac.new(secret.encode(), at.encode() + body, hashlib.sha256).digest()).decode()


def again(outcome: Outcome) -> float | None:
    """409 three times, 429 and 503 with a short Retry-After, timeouts five times; nothing else is ever sent again."""
    if outcome.status == 409 and outcome.attempt < 3:
        return 1.0
    if outcome.status == 0 and outcome.attempt < 5:
        return 1.0
    given = {name.lower(): value for name, value in outcome.headers.items()}.get("retry-after", "")
    short = given.isdecimal() and int(given) < 60
    return float(given) if outcome.status in (429, 503) and short and outcome.attempt < 5 else None


def ulid(state: State) -> str:
    """26 letters that sort by time, as Zendesk names webhooks and invocations."""
    number = (int(state.world.clock.now().timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def told(state: State, record: Record, audit: Row, created: bool) -> Iterator[Row]:
    """The events of one audit, each as a webhook's body."""
    bodies = [("created", {})] if created else [pair for e in audit["events"] if (pair := _event(state, e))]
    sequence = {"id": str(uuid.uuid4()), "total": len(bodies)}
    for position, (kind, event) in enumerate(bodies, 1):
        meta = {"meta": {"sequence": sequence | {"position": position}}} if len(bodies) > 1 else {}
        yield {
            "account_id": state.account_id,
            "detail": _detail(record.row, audit["author_id"]),
            "event": event | meta,
            "id": str(uuid.uuid4()),
            "subject": f"zen:ticket:{record.row['id']}",
            "time": f"{audit['created_at'][:-1]}.{time.time_ns() % 1_000_000_000:09d}Z",
            "type": f"zen:event-type:ticket.{kind}",
            "zendesk_event_version": "2022-11-06",
        }


def _event(state: State, event: Row) -> tuple[str, Row] | None:
    if event["type"] == "Comment":
        author = state.users.get(event["author_id"]) or {"name": "Zendesk", "role": "admin"}
        who = {"id": str(event["author_id"]), "is_staff": author["role"] != "end-user", "name": author["name"]}
        said = {"id": str(event["id"]), "body": event["body"], "is_public": event["public"], "author": who}
        return "comment_added", {"comment": said}
    if event["type"] == "CommentRedactionEvent":
        return "comment_redacted", {"comment": {"id": str(event["comment_id"])}}
    name = event["field_name"]
    if name.isdecimal():
        field = {"id": name, "type": state.fields[int(name)]["type"]}
        return "custom_field_changed", _pair(event) | {"field": field}
    if name == "tags":
        old, new = set((event["previous_value"] or "").split()), set((event["value"] or "").split())
        return "tags_changed", {"tags_added": sorted(new - old), "tags_removed": sorted(old - new)}
    return (CHANGED[name], _pair(event)) if name in CHANGED else None


def _pair(event: Row) -> Row:
    upper = event["field_name"] in ("status", "priority", "type")
    show = [
        None if v is None else str(v).upper() if upper else str(v) for v in (event["value"], event["previous_value"])
    ]
    return {"current": show[0], "previous": show[1]}


def _detail(row: Row, actor: int) -> Row:
    names = ("assignee_id", "brand_id", "group_id", "id", "organization_id", "requester_id", "submitter_id")
    detail: Row = {"actor_id": str(actor)} | {n: None if row[n] is None else str(row[n]) for n in names}
    detail |= {n: None if row[n] is None else str(row[n]).upper() for n in ("priority", "status", "type")}
    detail |= {n: row[n] for n in ("created_at", "description", "external_id", "is_public", "subject", "updated_at")}
    detail |= {"custom_status": str(row["custom_status_id"]), "form_id": str(row["ticket_form_id"])}
    return detail | {"tags": list(row["tags"]), "via": {"channel": _channel(row["via"]["channel"])}}


def _channel(rest: str) -> str:
    """Events have names of their own for some channels."""
    return {"api": "web_service", "email": "mail"}.get(rest, rest)


def _subscribed(subscriptions: Any, kind: str) -> bool:
    return any(kind == one or (one.endswith("*") and kind.startswith(one[:-1])) for one in subscriptions or ())
