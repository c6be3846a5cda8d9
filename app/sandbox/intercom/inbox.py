"""The teammates' inbox with our app in its details: asks for the canvas as Intercom does, signed, and draws its components as HTML."""

import hashlib
import hmac
import json
from typing import Any

import requests
from flask import Blueprint, Response, abort, render_template, request

from app.sandbox.intercom.render import Json, plain
from app.sandbox.intercom.state import Admin, Conversation, Workspace

PATIENCE = 10
"""Seconds that Intercom waits for a canvas."""
LARGEST = 64 * 1024
KINDS = frozenset({"text", "button", "single-select", "list", "data-table", "divider", "spacer", "input", "textarea"})
"""Components that the inbox draws here; another one is a mistake of the app's."""


class Inbox:
    """One workspace's inbox. ``teammate`` sits in front of it; ``hooked`` says where the app is and what signs."""

    def __init__(self, workspace: Workspace, app_id: str, teammate: str = "Ada Blum") -> None:
        self._workspace = workspace
        self._app_id = app_id
        self._teammate = teammate
        self._address = self._secret = ""

    def hooked(self, url: str, secret: str) -> None:
        """The app is served at the place of this webhook, which names the connection."""
        base, _, rest = url.partition("/webhooks/")
        self._address, self._secret = f"{base}/apps/{rest}/canvas", secret

    def mount(self, blueprint: Blueprint) -> None:
        """The inbox's page; its forms are what a teammate presses."""
        rule = "/inbox/<id>"
        blueprint.add_url_rule(rule, "inbox_page", self.page, methods=["GET", "POST"])

    def page(self, id: str) -> str:
        """One conversation and the app's canvas, as it is opened or after a press."""
        with self._workspace.lock:
            given = self._workspace.conversations.get(id)
            if given is None:
                abort(404)
            admin = self._workspace.admin_of(self._teammate)
            said = [(one.author.name, plain(one.body)) for one in (given.source, *given.parts) if one.body]
            body = self._body(given, admin)
        components = self._asked(body) if self._address else []
        return render_template("canvas.html", id=id, said=said, components=components)

    def _body(self, given: Conversation, admin: Admin) -> dict[str, Any]:
        told: dict[str, Any] = {
            "workspace_id": self._app_id,
            "workspace_region": "US",
            "admin": {"type": "admin", "id": admin.id, "name": admin.name, "email": admin.email},
            "conversation": {"type": "conversation", "id": given.id},
            "contact": {"type": "contact", "id": given.contact.id},
        }
        if request.method == "POST":
            component, choice = request.form.get("component", ""), request.form.get("option")
            told |= {"component_id": component, "input_values": {component: choice} if choice else {}}
        return told

    def _asked(self, body: Json) -> list[Json]:
        raw = json.dumps(body).encode()
        signed = {
            "Content-Type": "application/json",
            "X-Body-Signature": hmac.new(self._secret.encode(), raw, hashlib.sha256).hexdigest(),
        }
        action = "submit" if "component_id" in body else "initialize"
        with requests.Session() as line:
            line.trust_env = False  # a proxy of the machine must not see what is played on loopback
            answer = line.post(f"{self._address}/{action}", data=raw, headers=signed, timeout=PATIENCE)
        if not answer.ok or len(answer.content) > LARGEST:
            abort(Response(f"the app answered {answer.status_code}\n", 502, content_type="text/plain"))
        components: list[Json] = answer.json()["canvas"]["content"]["components"]
        if strange := {one["type"] for one in components} - KINDS:
            abort(Response(f"no such component: {', '.join(sorted(strange))}\n", 502, content_type="text/plain"))
        return components
