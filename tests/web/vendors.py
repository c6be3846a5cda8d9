"""How each vendor signs and what it sends, written down again from its documents: an oracle apart from the connectors' own code."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SECRET = "hunter2-the-signing-secret"
TOKEN = "hunter2-the-token"
TEXT = "My parcel Zaunkönig never came"
"""What the customer says: it must not turn up in any log line."""


@dataclass(frozen=True)
class Vendor:
    """One vendor's side of the door."""

    name: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    headers: Callable[[bytes, str, float], dict[str, str]]
    """(body, secret, unix time) -> the signature's headers."""
    event: Callable[[str], dict[str, Any]]
    """(delivery) -> a message by a customer."""
    signature: str
    """The header that carries the signature."""
    stale: bool = True
    """Whether the recipe has a time in it."""

    def signed(self, body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
        """The headers of a request with this body."""
        return {"Content-Type": "application/json", **self.headers(body, secret, time.time() if at is None else at)}


def _hmac(secret: str, message: bytes, algorithm: str = "sha256") -> hmac.HMAC:
    return hmac.new(secret.encode(), message, algorithm)


def _zendesk(body: bytes, secret: str, at: float) -> dict[str, str]:
    stamp = datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    mac = base64.b64encode(_hmac(secret, stamp.encode() + body).digest()).decode()
    return {"X-Zendesk-Webhook-Signature": mac, "X-Zendesk-Webhook-Signature-Timestamp": stamp}


def _intercom(body: bytes, secret: str, _at: float) -> dict[str, str]:
    return {"X-Hub-Signature": f"sha1={_hmac(secret, body, 'sha1').hexdigest()}"}


def _slack(body: bytes, secret: str, at: float) -> dict[str, str]:
    stamp = str(int(at))
    mac = _hmac(secret, b"v0:" + stamp.encode() + b":" + body).hexdigest()
    return {"X-Slack-Signature": f"v0={mac}", "X-Slack-Request-Timestamp": stamp}


def _zendesk_event(delivery: str) -> dict[str, Any]:
    return {
        "account_id": 22129848,
        "id": delivery,
        "type": "zen:event-type:ticket.comment_added",
        "subject": "zen:ticket:35436",
        "time": "2026-03-10T12:00:00.000000000Z",
        "zendesk_event_version": "2022-11-06",
        "event": {"comment": {"id": "1", "author": {"id": "77", "is_staff": False}, "body": TEXT, "is_public": True}},
        "detail": {"id": "35436", "status": "OPEN", "updated_at": "2026-03-10T12:00:00Z", "requester_id": "77"},
    }


def _intercom_event(delivery: str) -> dict[str, Any]:
    contact = {"type": "user", "id": "77", "name": "Jo", "email": "jo@example.com"}
    part = {
        "type": "conversation_part",
        "id": "9",
        "part_type": "comment",
        "body": f"<p>{TEXT}</p>",
        "created_at": 1773144000,
        "updated_at": 1773144000,
        "author": contact,
        "attachments": [],
    }
    item = {
        "type": "conversation",
        "id": "215466",
        "created_at": 1773143000,
        "updated_at": 1773144000,
        "source": {"type": "conversation", "id": "8", "body": f"<p>{TEXT}</p>", "author": contact},
        "state": "open",
        "open": True,
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": [part], "total_count": 1},
    }
    return {
        "type": "notification_event",
        "app_id": "abc123",
        "id": delivery,
        "topic": "conversation.user.replied",
        "created_at": 1773144000,
        "delivery_attempts": 1,
        "data": {"type": "notification_event_data", "item": item},
    }


def _slack_event(delivery: str) -> dict[str, Any]:
    number = int.from_bytes(hashlib.sha256(delivery.encode("utf-8", "surrogatepass")).digest()[:5], "big")
    stamp = f"{1700000000 + number // 10**6}.{number % 10**6:06d}"
    return {
        "token": "old",
        "team_id": "T1",
        "api_app_id": "A1",
        "type": "event_callback",
        "event_id": delivery,
        "event_time": 1773144000,
        "authorizations": [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True}],
        "event": {
            "type": "message",
            "channel": "C1",
            "user": "U77",
            "text": TEXT,
            "ts": stamp,
            "channel_type": "channel",
        },
    }


VENDORS: tuple[Vendor, ...] = (
    Vendor(
        "zendesk",
        {"email": "bot@example.com"},
        {"token": TOKEN, "signing_secret": SECRET},
        _zendesk,
        _zendesk_event,
        "X-Zendesk-Webhook-Signature",
    ),
    Vendor(
        "intercom",
        {"app_id": "abc123", "admin_id": "5"},
        {"access_token": TOKEN, "client_secret": SECRET},
        _intercom,
        _intercom_event,
        "X-Hub-Signature",
        stale=False,
    ),
    Vendor(
        "slack",
        {"team_id": "T1", "user_id": "U0BOT", "bot_id": "B1"},
        {"bot_token": TOKEN, "signing_secret": SECRET},
        _slack,
        _slack_event,
        "X-Slack-Signature",
    ),
)


def body(vendor: Vendor, delivery: str) -> bytes:
    """A customer's message as it travels."""
    return json.dumps(vendor.event(delivery)).encode()
