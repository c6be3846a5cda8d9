"""One played Zendesk account: puts its rooms together, and lets customers and agents write as they would from outside."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request

from app.engine.fields import RESUME_TAG
from app.sandbox.deliveries import Deliveries
from app.sandbox.faulty import faulty
from app.sandbox.world import MACROS, View, World, macros
from app.sandbox.zendesk import edits
from app.sandbox.zendesk.admin import Admin
from app.sandbox.zendesk.agents import Agents
from app.sandbox.zendesk.hooks import CONDITIONAL, EVERYTHING, Webhook, Webhooks
from app.sandbox.zendesk.oauth import OAuth
from app.sandbox.zendesk.people import Fields, Guide, People
from app.sandbox.zendesk.rules import Triggers
from app.sandbox.zendesk.state import SYSTEM, Problem, Record, Row, State
from app.sandbox.zendesk.tickets import Tickets
from app.sandbox.zendesk.wire import Door, TooMany, mount, problem
from app.sandbox.zendesk.workspace import Workspace

SUPPORT = "support@sandbox.example.com"
AUTOMATIC = 4
"""The flag on a comment that was generated automatically."""
MACHINES = frozenset({"x-autoreply", "x-autorespond", "x-auto-response-suppress", "list-id", "list-unsubscribe"})
AGENT = "Sam Okafor"
"""Who uses macros."""
TIMEOUT = 12.0
"""Seconds that Zendesk waits for a webhook's answer."""


class ZendeskHost:
    """A Zendesk account on loopback: ``http://127.0.0.1:PORT/<name>`` stands for ``https://<name>.zendesk.com``."""

    vendor = "zendesk"

    def __init__(
        self,
        world: World,
        name: str = "zendesk",
        *,
        email: str = "bot@deskhand.example.com",
        token: str = "sandbox-token",  # noqa: S107  # a played account's, not a secret
        account_id: int = 22129848,
        timeout: float = TIMEOUT,
    ) -> None:
        self.world = world
        self.name = name
        self.email = email
        self.token = token
        self.account_id = account_id
        self._base = f"https://{name}.zendesk.com"
        self.state = State(world, lambda: self._base, email, account_id)
        self.door = Door(self.state, email, token)
        self.oauth = OAuth(self.state, self.door, f"zdg-{name}", f"{name}-client-secret")
        self.agents = Agents(self.state)
        self.workspace = Workspace(self.state, name, self.views, self.agent_writes)
        self.deliveries = Deliveries(world, name, timeout)
        self.webhooks = Webhooks(self.state, self.deliveries)
        self.triggers = Triggers(self.state, self.webhooks)
        self.state.listeners += [self.triggers.heard, self.webhooks.heard]

    def blueprint(self) -> Blueprint:
        """The account's API, faults first, then credentials, then the answer."""
        blueprint = faulty(Blueprint(self.name, __name__, template_folder="templates"), self.world, self.name)
        state = self.state
        admin = Admin(self.webhooks, self.triggers)
        for room in (Tickets(state), People(state), self.agents, Fields(state), Guide(state), admin, self.workspace):
            mount(blueprint, room.routes())
        self.workspace.mount(blueprint)
        self.oauth.mount(blueprint)
        blueprint.before_request(self._before)
        blueprint.after_request(self.door.headers)
        blueprint.register_error_handler(Problem, _problem)
        return blueprint

    def _before(self) -> None:
        """Learn our own address from the caller, for the links in answers; then ask for credentials."""
        root, _, _ = request.base_url.partition("/api/v2/")
        if root != request.base_url:
            self._base = root
            self.door.check()

    def hook(self, url: str, secret: str) -> None:
        """Send every ticket event there; our app is served at the same place."""
        self.workspace.address = url.partition("/webhooks/")[0]
        self._webhook(url, secret, list(EVERYTHING))

    def hook_trigger(self, url: str, secret: str, template: str, conditions: Row | None = None) -> int:
        """Send there by a trigger, with an admin's template; gives the trigger's id."""
        hook = self._webhook(url, secret, [CONDITIONAL])
        action = {"field": "notification_webhook", "value": [hook.row["id"], template]}
        values = {"title": "Tell Deskhand", "conditions": conditions or {}, "actions": [action]}
        return int(self.triggers.add(values)["id"])

    def customer_writes(self, who: str, text: str, *, subject: str = "", ticket: str = "", **mail: Any) -> str:
        """A customer's mail: a new ticket, or a comment that opens an old one. ``mail`` adds what Zendesk keeps of it."""
        with self.state.lock:
            user = self.state.user_named(who, "end-user")
            source = {"from": {"address": user["email"], "name": user["name"]}, "to": {"address": SUPPORT}, "rel": None}
            via: Row = {"channel": "email", "source": source}
            system = {"message_id": f"<{secrets.token_hex(8)}@mail.example.com>"} | mail
            said: Row = {"comment": {"body": text, "public": True, "author_id": user["id"]}}
            if ticket:
                record = self.state.record(int(ticket))
                reopened = {"status": "open"} if record.row["status"] in ("pending", "hold", "solved") else {}
                edits.update(self.state, record, said | reopened, user["id"], via, system)
                return ticket
            about = {"subject": subject or text.split("\n", maxsplit=1)[0][:80], "requester_id": user["id"]}
            return str(edits.create(self.state, said | about, user["id"], via, system).row["id"])

    def customer_mails(
        self, who: str, text: str, *, subject: str = "", ticket: str = "", headers: Mapping[str, str] | None = None
    ) -> str:
        """A mail with these headers. Zendesk keeps the message's id and flags what machines wrote; the rest is lost."""
        known = {name.lower(): value for name, value in (headers or {}).items()}
        kept: dict[str, Any] = {"message_id": known["message-id"]} if "message-id" in known else {}
        kept |= {"flags": [AUTOMATIC]} if automatic(known) else {}
        return self.customer_writes(who, text, subject=subject, ticket=ticket, **kept)

    def agent_writes(self, who: str, text: str, *, ticket: str, public: bool = True) -> None:
        """An agent's reply or note from the agent workspace."""
        with self.state.lock:
            user = self.state.user_named(who, "agent")
            via: Row = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
            said = {"comment": {"body": text, "public": public, "author_id": user["id"]}}
            edits.update(self.state, self.state.record(int(ticket)), said, user["id"], via)

    def press(self, who: str, ticket: str, action: str, value: str) -> None:
        """Zendesk has no buttons in comments: an agent's macro puts the tag on that the note names, where there is such a macro."""
        if action not in (*MACROS, RESUME_TAG):
            return
        with self.state.lock:
            user = self.state.user_named(AGENT, "agent")
            via: Row = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
            edits.update(self.state, self.state.record(int(ticket)), {"additional_tags": [action]}, user["id"], via)

    def views(self) -> list[View]:
        """Every ticket, newest first."""
        with self.state.lock:
            return [self._view(record) for record in reversed(self.state.live())]

    def _view(self, record: Record) -> View:
        row, users = record.row, self.state.users
        titles = ((self.state.fields[pair["id"]]["title"], pair["value"]) for pair in row["custom_fields"])
        return View(
            host=self.name,
            id=str(row["id"]),
            subject=row["subject"] or "",
            status=row["status"],
            customer=users[row["requester_id"]]["name"],
            tags=tuple(row["tags"]),
            fields=tuple((title, str(value)) for title, value in titles if value not in (None, "")),
            messages=tuple(self._line(comment) for comment in record.comments),
            priority=row["priority"] or "",
            assignee=(users.get(row["assignee_id"]) or {}).get("name", ""),
            linked=row["external_id"] or "",
        )

    def _line(self, comment: Row) -> Row:
        author = comment["author_id"]
        user = self.state.users.get(author) or {"name": "Zendesk", "role": ""}
        staff = "machine" if author == SYSTEM else "bot" if author == self.state.bot else "agent"
        return {
            "author": user["name"],
            "role": "customer" if user["role"] == "end-user" else staff,
            "kind": "public" if comment["public"] else "note",
            "text": comment["plain_body"],
            "html": comment["html_body"],
            "at": comment["created_at"],
            "buttons": macros(str(comment["plain_body"])) if staff == "bot" and not comment["public"] else [],
        }

    def _webhook(self, url: str, secret: str, subscriptions: list[str]) -> Webhook:
        row: Row = {"name": "Deskhand", "description": "", "subscriptions": subscriptions, "endpoint": url}
        return self.webhooks.add(row | {"http_method": "POST", "request_format": "json"}, secret)


def automatic(headers: Mapping[str, str]) -> bool:
    """Whether these mail headers (lower-case names) are a machine's: auto-responders, bounces, lists."""
    replied = headers.get("auto-submitted", "no").lower() != "no"
    bulk = headers.get("precedence", "").lower() in ("bulk", "junk", "list", "auto_reply")
    bounced = headers.get("return-path", "x").strip() in ("", "<>")
    return replied or bulk or bounced or not MACHINES.isdisjoint(headers)


def _problem(error: Problem) -> Any:
    response, status = problem(error)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.wait)
    return response, status
