"""The webhooks of a played workspace: envelope, signature, and Intercom's own rules for sending again."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import requests

from app.sandbox.deliveries import Deliveries, Outcome, Parcel
from app.sandbox.intercom.render import Json, Renderer, part
from app.sandbox.intercom.state import Conversation, Part, Workspace
from app.sandbox.world import World

WAIT = 60.0
"""Seconds until the one second attempt, and the least that a 429 throttles."""


class Notifier:
    """Sends a workspace's notifications to the one address that its app has."""

    def __init__(self, world: World, name: str, app_id: str) -> None:
        self.deliveries = Deliveries(world, name, timeout=5.0)
        self.disabled = False
        """True once the address answered 410."""
        self.version: tuple[int, int] = (2, 14)
        """The app's version in the Developer Hub: 2.15 sends plain text, (1, 0) the shape of 2019."""
        self._world = world
        self._app_id = app_id
        self._url = ""
        self._secret = ""
        self._throttled: datetime | None = None

    def hook(self, url: str, secret: str) -> None:
        """Save the address. As there: it has to answer HEAD, and gets a ping. Raises ValueError when it does not."""
        with requests.Session() as line:
            line.trust_env = False  # a proxy of the machine must not see what is played on loopback
            try:
                answer = line.head(url, timeout=5, allow_redirects=False)
            except requests.RequestException as error:
                raise ValueError(f"the webhook's address cannot be reached: {type(error).__name__}") from error
        if not answer.ok:
            raise ValueError(f"the webhook's address answered HEAD with {answer.status_code}")
        self._url, self._secret, self.disabled = url, secret, False
        self._send("ping", {"type": "ping", "message": "something something interzen"}, None)

    def tell(self, topic: str, workspace: Workspace, conversation: Conversation, parts: Sequence[Part]) -> None:
        """Tell of a change: the conversation with nothing but the part that triggered it."""
        self._send(topic, self._item(workspace, conversation, parts), f"notif_{uuid.uuid4()}")

    def deleted(self, conversation: Conversation) -> None:
        """Tell of a deletion: only the id."""
        item = {"type": "conversation", "conversation_id": conversation.id}
        self._send("conversation.deleted", item, f"notif_{uuid.uuid4()}")

    def envelope(self, topic: str, item: Json, name: str | None, attempt: int = 0, first: int | None = None) -> Json:
        """The notification as it is sent the ``attempt``-th time (from 0); the name stays the same."""
        now = int(self._world.clock.now().timestamp())
        return {
            "type": "notification_event",
            "app_id": self._app_id,
            "data": {"type": "notification_event_data", "item": item},
            "links": {},
            "id": name,
            "topic": topic,
            "delivery_status": "pending" if name else None,
            "delivery_attempts": attempt + 1,
            "delivered_at": 0,
            "first_sent_at": first or now,
            "created_at": first or now,
            "self": None,
        }

    def signed(self, envelope: Json, secret: str) -> Parcel:
        """The request for it."""
        body = json.dumps(envelope).encode()
        return Parcel(self._url, headers(body, secret), body)

    def _send(self, topic: str, item: Json, name: str | None) -> None:
        if not self._url or self.disabled:
            return
        first = int(self._world.clock.now().timestamp())

        def pack(attempt: int) -> Parcel:
            return self.signed(self.envelope(topic, item, name, attempt, first), self._secret)

        self.deliveries.send(pack, self._again, self._throttle())

    def _throttle(self) -> float:
        now = self._world.clock.now()
        return max(0.0, (self._throttled - now).total_seconds()) if self._throttled else 0.0

    def _again(self, outcome: Outcome) -> float | None:
        """2xx is taken; 410 disables; 429 throttles what follows; everything else is tried once more after a minute."""
        if 200 <= outcome.status < 300:
            return None
        if outcome.status == 410:
            self.disabled = True
            return None
        if outcome.status == 429:
            self._throttled = self._world.clock.now() + timedelta(seconds=WAIT)
        return WAIT if outcome.attempt == 0 else None

    def _item(self, workspace: Workspace, conversation: Conversation, parts: Sequence[Part]) -> Json:
        as_text = self.version >= (2, 15)
        if self.version >= (2, 0):
            return Renderer(workspace, self._app_id, self.version).conversation(conversation, parts, as_text=as_text)
        return _first_generation(workspace, self._app_id, conversation, parts)


def headers(body: bytes, secret: str) -> dict[str, str]:
    """What Intercom sends with a notification."""
    return {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "intercom-parrot-service-client/1.0",
        "X-Hub-Signature": "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest(),
    }


def _first_generation(
    workspace: Workspace, app_id: str, conversation: Conversation, parts: Sequence[Part]
) -> dict[str, Any]:
    """The shape of 2019, that some apps still get: ``user``, ``assignee`` and ``conversation_message``."""
    contact, first = conversation.contact, conversation.source
    holder = workspace.admins.get(conversation.admin or "")
    old = [
        {key: value for key, value in part(one).items() if key not in ("app_package_code", "state")} for one in parts
    ]
    return {
        "type": "conversation",
        "id": conversation.id,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "user": {
            "type": contact.role,
            "id": contact.id,
            "user_id": contact.external_id,
            "name": contact.name,
            "email": contact.email,
        },
        "assignee": {"type": "admin", "id": holder.id, "name": holder.name}
        if holder
        else {"type": "nobody_admin", "id": None},
        "conversation_message": {
            "type": "conversation_message",
            "id": first.id,
            "url": None,
            "subject": conversation.subject,
            "body": first.body,
            "author": {"type": "user", "id": contact.id},
            "attachments": [],
        },
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": old, "total_count": len(old)},
        "open": conversation.state != "closed",
        "state": conversation.state,
        "snoozed_until": conversation.snoozed_until,
        "read": conversation.read,
        "metadata": {},
        "tags": {"type": "tag.list", "tags": []},
        "tags_added": {"type": "tag.list", "tags": []},
        "links": {"conversation_web": f"https://app.intercom.io/a/apps/{app_id}/conversations/{conversation.id}"},
    }
