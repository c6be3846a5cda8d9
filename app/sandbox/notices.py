"""Where played people are told: a mail server, a web hook and an on-call pager on loopback, and what arrived there. For looking at."""

import json
import socket
import threading
from collections.abc import Mapping
from email import message_from_bytes, policy
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Blueprint, Response, jsonify, request

from app.sandbox.world import Told, World

PAGER_KEY = "sandbox-routing-key"
MOST = 500
"""So many are kept."""


class Sinks:
    """Everybody who can be told, mounted under ``/notices``. ``with Sinks(world) as sinks``: the mail server listens until the end."""

    name = "notices"
    vendor = "notices"

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._server = Controller(
            type("Taker", (), {"handle_DATA": self.taken})(), hostname="127.0.0.1", port=_free_port()
        )

    def __enter__(self) -> "Sinks":
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    def environment(self, base: str) -> Mapping[str, str]:
        """The product's settings that bring its notices here."""
        return {
            "DESKHAND_SMTP_URL": f"smtp://127.0.0.1:{self._server.port}",
            "DESKHAND_MAIL_FROM": "deskhand@sandbox.example",
            "DESKHAND_PAGER_URL": f"{base}/{self.name}/pager/v2/enqueue",
            "DESKHAND_PAGER_KEY": PAGER_KEY,
            "DESKHAND_PRIVATE_WEBHOOKS": "yes",
        }

    async def taken(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take one mail."""
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        body = mail.get_body(("plain",))
        text = body.get_content().strip() if body else ""
        for to in envelope.rcpt_tos:
            self.keep("email", to, str(mail["Subject"] or ""), text, str(mail["Message-ID"] or ""))
        return "250 taken"

    def keep(self, way: str, to: str, subject: str, text: str, key: str) -> None:
        """Remember what somebody was told."""
        told = Told(way, to, subject, "" if text == subject else text, key, self._world.clock.now())
        with self._lock:
            self._world.told.append(told)
            del self._world.told[:-MOST]

    def blueprint(self) -> Blueprint:
        """The web hook and the pager; the inbox page shows what arrived."""
        blueprint = Blueprint(self.name, __name__)
        blueprint.post("/hooks/<who>")(self._hook)
        blueprint.post("/pager/v2/enqueue")(self._page_somebody)
        return blueprint

    def _hook(self, who: str) -> tuple[Response, int]:
        body = _object()
        self.keep("webhook", who, str(body.get("subject", "")), str(body.get("text", "")), str(body.get("key", "")))
        return jsonify(taken=True), 200

    def _page_somebody(self) -> tuple[Response, int]:
        """As PagerDuty's Events API v2 answers: 202, or 400 with what is wrong."""
        body = _object()
        payload = body.get("payload")
        known = payload if isinstance(payload, dict) else {}
        wrong = [f"'{name}' is missing or blank" for name in ("routing_key", "event_action") if not body.get(name)]
        if body.get("event_action") == "trigger":
            wrong += [
                f"'payload.{name}' is missing or blank"
                for name in ("summary", "source", "severity")
                if not known.get(name)
            ]
            if known.get("severity") not in ("critical", "error", "warning", "info", None):
                wrong.append("'payload.severity' is invalid")
        if wrong or body.get("routing_key") != PAGER_KEY:
            return jsonify(
                status="invalid event", message="Event object is invalid", errors=wrong or ["routing_key"]
            ), 400
        key = str(body.get("dedup_key") or "")
        self.keep("pager", "on call", str(known.get("summary", body["event_action"])), "", key)
        return jsonify(status="success", message="Event processed", dedup_key=key), 202


def _object() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
