"""A host without a vendor: the smallest thing that implements ``world.Host``, for tests of what all hosts share."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify

from app.sandbox.deliveries import Deliveries, Outcome, Parcel
from app.sandbox.faulty import faulty
from app.sandbox.world import View, World

RETRIES = (60.0, 300.0)


class PlainHost:
    """Keeps its tickets in a list and sends an unsigned webhook for each customer message."""

    vendor = "plain"

    def __init__(self, world: World, name: str = "plain") -> None:
        self.name = name
        self.world = world
        self.deliveries = Deliveries(world, name, timeout=2)
        self.url = ""
        self.pressed: list[tuple[str, str, str, str]] = []
        self.written = 0
        self._views: dict[str, View] = {}

    def blueprint(self) -> Blueprint:
        api = Blueprint(self.name, __name__)

        @api.post("/api/notes")
        def note() -> Any:
            self.written += 1
            return jsonify(written=self.written)

        return faulty(api, self.world, self.name)

    def hook(self, url: str, secret: str) -> None:
        self.url = url

    def customer_writes(self, who: str, text: str, *, subject: str = "", ticket: str = "") -> str:
        if ticket and ticket not in self._views:
            raise LookupError(ticket)
        key = ticket or str(self.world.ids.next("ticket"))
        view = self._views.get(key) or View(self.name, key, subject, "open", who, (), (), ())
        self.show(replace(view, messages=(*view.messages, self._message(who, "customer", "public", text))))
        self.knock(f"{key}/{len(self._views[key].messages)}")
        return key

    def agent_writes(self, who: str, text: str, *, ticket: str, public: bool = True) -> None:
        view = self._views[ticket]
        message = self._message(who, "agent", "public" if public else "note", text)
        self.show(replace(view, messages=(*view.messages, message)))

    def press(self, who: str, ticket: str, action: str, value: str) -> None:
        self.pressed.append((who, ticket, action, value))

    def views(self) -> list[View]:
        return list(reversed(self._views.values()))

    def show(self, view: View) -> View:
        """Let the page see exactly this."""
        self._views[view.id] = view
        return view

    def knock(self, body: str) -> None:
        """Send a webhook with this body, tried again after 60 and 300 seconds."""
        if self.url:
            self.deliveries.send(lambda attempt: Parcel(self.url, {"x-attempt": str(attempt)}, body.encode()), again)

    def _message(self, who: str, role: str, kind: str, text: str) -> dict[str, Any]:
        return {"author": who, "role": role, "kind": kind, "text": text, "html": "", "at": self.world.clock.now()}


def again(outcome: Outcome) -> float | None:
    """What a vendor might do: two more attempts unless it was taken."""
    return None if 200 <= outcome.status < 300 or outcome.attempt >= len(RETRIES) else RETRIES[outcome.attempt]
