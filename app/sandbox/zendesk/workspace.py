"""The agent workspace with our app in its sidebar: a ticket, an editor, and a frame that is opened by a URL that Zendesk signs."""

import secrets
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Blueprint, Response, abort, redirect, render_template, request, send_from_directory

from app.sandbox.world import View
from app.sandbox.zendesk.state import Row, State
from app.sandbox.zendesk.wire import Route

HERE = Path(__file__).parent
APP, INSTALLATION = 9_021, 36_044_871
LASTS = 300
"""Seconds that a signed URL is good for."""
AGENT = "Sam Okafor"
"""Who sits in front of the workspace."""


class Workspace:
    """One account's app: its key, its installation, and the pages in which it is framed. ``address`` is where the app is served."""

    def __init__(self, state: State, name: str, views: Callable[[], list[View]], answers: Callable[..., None]) -> None:
        self._state = state
        self._name = name
        self._views = views
        self._answers = answers
        self.address = ""
        self.agent = AGENT
        self.unknown: tuple[str, ...] = ()
        """Ways into the editor that this workspace does not have."""

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """With which Zendesk signs what it sends to the app."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def routes(self) -> tuple[Route, ...]:
        """What the API says of apps."""
        return (
            ("GET", "/apps/installations", self.installations),
            ("GET", "/apps/<int:id>/public_key.pem", self.public_key),
        )

    def mount(self, blueprint: Blueprint) -> None:
        """The workspace's pages."""
        blueprint.add_url_rule("/agent/tickets/<int:id>", "workspace", self.page)
        blueprint.add_url_rule("/agent/tickets/<int:id>", "workspace_send", self.send, methods=["POST"])
        for file in ("workspace.js", "workspace.css"):
            blueprint.add_url_rule(
                f"/agent/tickets/{file}", file.replace(".", "_"), self._file, defaults={"file": file}
            )
        blueprint.add_url_rule("/zaf_sdk.js", "zaf_sdk", self._file, defaults={"file": "zaf_sdk.js"})

    def installations(self) -> Row:
        """The one app that is installed here."""
        settings = {"name": "Deskhand", "title": "Deskhand"}
        row = {"id": INSTALLATION, "app_id": APP, "product": "support", "settings": settings, "enabled": True}
        return {"installations": [row], "count": 1, "next_page": None, "previous_page": None}

    def public_key(self, id: int) -> Response:
        """The PEM that goes with the app's key."""
        if id != APP:
            abort(404)
        form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return Response(self.key.public_key().public_bytes(*form), content_type="application/x-pem-file")

    def token(self, base: str, **changes: Any) -> str:
        """What Zendesk signs when the agent opens a ticket."""
        user = self._state.user_named(self.agent, "agent")
        now = int(time.time())
        claims = {
            "iss": base.partition("://")[2],
            "aud": f"{base}/api/v2/apps/installations/{INSTALLATION}.json",
            "sub": f"{base}/api/v2/users/{user['id']}.json",
            "iat": now,
            "nbf": now,
            "exp": now + LASTS,
            "jti": secrets.token_hex(16),
            "context": {"product": "support", "location": "ticket_sidebar", "account_url": base},
        }
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return jwt.encode(claims | changes, pem, algorithm="RS256")

    def page(self, id: int) -> str:
        """A ticket, an editor, and the app."""
        view = next((one for one in self._views() if one.id == str(id)), None)
        if view is None:
            abort(404)
        origin = request.host_url.rstrip("/")
        guid = secrets.token_hex(8)
        query = urlencode({"origin": origin, "app_guid": guid})
        parts = urlsplit(self.address)
        context = {"instanceGuid": guid, "product": "support", "location": "ticket_sidebar", "ticketId": id}
        told = {
            "app": f"{parts.scheme}://{parts.netloc}",
            "values": {"ticket.id": id, "ticket.subject": view.subject, "ticket.tags": list(view.tags)},
            "metadata": {"appId": APP, "installationId": INSTALLATION, "name": "Deskhand"},
            "context": context,
            "unknown": list(self.unknown),
        }
        address = f"{self.address}/apps/zendesk/sidebar?{query}"
        token = self.token(f"{origin}/{self._name}")
        shown = {
            "view": view,
            "name": self._name,
            "app": self.address,
            "address": address,
            "token": token,
            "told": told,
        }
        return render_template("workspace.html", **shown)

    def send(self, id: int) -> Any:
        """The agent sends what is in the editor."""
        if text := request.form.get("text", "").strip():
            self._answers(self.agent, text, ticket=str(id))
        return redirect(str(id), 303)

    def _file(self, file: str) -> Response:
        return send_from_directory(HERE / "static", file)
