"""The API that an admin's setup uses: webhooks with their secrets and deliveries, and triggers."""

import base64
import secrets
from collections.abc import Iterable
from typing import Any

from flask import request

from app.sandbox.zendesk.hooks import Webhook, Webhooks
from app.sandbox.zendesk.rules import Triggers
from app.sandbox.zendesk.state import Problem, Row, not_found
from app.sandbox.zendesk.wire import Route, page, sent


class Admin:
    """Answers for ``/webhooks`` and ``/triggers``."""

    def __init__(self, webhooks: Webhooks, triggers: Triggers) -> None:
        self._webhooks = webhooks
        self._triggers = triggers

    def routes(self) -> Iterable[Route]:
        """What is answered here."""
        return (
            ("GET", "/webhooks", self.every),
            ("POST", "/webhooks", self.create),
            ("POST", "/webhooks/test", self.test),
            ("GET", "/webhooks/<id>", self.show),
            ("PUT", "/webhooks/<id>", self.change),
            ("PATCH", "/webhooks/<id>", self.change),
            ("DELETE", "/webhooks/<id>", self.delete),
            ("GET", "/webhooks/<id>/signing_secret", self.secret),
            ("POST", "/webhooks/<id>/signing_secret", self.rotate),
            ("GET", "/webhooks/<id>/invocations", self.invocations),
            ("GET", "/webhooks/<id>/invocations/<invocation>/attempts", self.attempts),
            ("GET", "/triggers", self.triggers),
            ("POST", "/triggers", self.create_trigger),
            ("GET", "/triggers/<int:id>", self.trigger),
            ("PUT", "/triggers/<int:id>", self.change_trigger),
            ("DELETE", "/triggers/<int:id>", self.delete_trigger),
        )

    def every(self) -> Row:
        """All webhooks, or those with a word in their name."""
        word = request.args.get("filter[name_contains]", "").lower()
        rows = [hook.row for hook in self._webhooks.all.values() if word in hook.row["name"].lower()]
        return page(rows, "webhooks", always=True)

    def create(self) -> Any:
        """A new webhook; how it authenticates is never shown again."""
        row = sent("webhook")
        row.pop("authentication", None)
        missing = [n for n in ("name", "endpoint", "http_method", "request_format", "status") if not row.get(n)]
        if missing:
            raise Problem(400, "InvalidRequest", f"{missing[0]} is required")
        secret = (row.pop("signing_secret", None) or {}).get("secret", "")
        return {"webhook": self._webhooks.add({"subscriptions": []} | row, secret).row}, 201

    def show(self, id: str) -> Row:
        """One webhook."""
        return {"webhook": self._hook(id).row}

    def change(self, id: str) -> Any:
        """Change some or all of it."""
        self._hook(id).row |= {k: v for k, v in sent("webhook").items() if k not in ("id", "authentication")}
        return "", 204

    def delete(self, id: str) -> Any:
        """Send nothing there any more."""
        self._hook(id)
        del self._webhooks.all[id]
        return "", 204

    def secret(self, id: str) -> Row:
        """The signing secret."""
        return {"signing_secret": {"secret": self._hook(id).secret, "algorithm": "SHA256"}}

    def rotate(self, id: str) -> Any:
        """A new signing secret; the old one signs nothing from now on."""
        self._hook(id).secret = base64.b64encode(secrets.token_bytes(32)).decode()
        return self.secret(id), 201

    def test(self) -> Row:
        """Send a test to a webhook."""
        hook = self._hook(request.args.get("webhook_id", ""))
        self._webhooks.send(hook, b'{"say":"hello"}')
        return {"response": {"status": 200, "headers": [], "payload": ""}}

    def invocations(self, id: str) -> Row:
        """What was sent there."""
        return page(self._hook(id).invocations, "invocations", always=True)

    def attempts(self, id: str, invocation: str) -> Row:
        """How it went."""
        attempts = self._hook(id).attempts
        if invocation not in attempts:
            raise not_found()
        return {"attempts": attempts[invocation]}

    def triggers(self) -> Row:
        """All triggers."""
        return page(list(self._triggers.all.values()), "triggers")

    def trigger(self, id: int) -> Row:
        """One trigger."""
        return {"trigger": self._trigger(id)}

    def create_trigger(self) -> Any:
        """A new trigger."""
        return {"trigger": self._triggers.add(sent("trigger"))}, 201

    def change_trigger(self, id: int) -> Row:
        """Change a trigger."""
        row = self._trigger(id)
        row |= {name: value for name, value in sent("trigger").items() if name != "id"}
        return {"trigger": row}

    def delete_trigger(self, id: int) -> Any:
        """It fires no more."""
        self._trigger(id)
        del self._triggers.all[id]
        return "", 204

    def _hook(self, id: str) -> Webhook:
        if id not in self._webhooks.all:
            raise Problem(404, "WebhookNotFound", "No such webhook")
        return self._webhooks.all[id]

    def _trigger(self, id: int) -> Row:
        if id not in self._triggers.all:
            raise not_found()
        return self._triggers.all[id]
