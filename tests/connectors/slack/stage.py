"""Slack's stage: the connector facing the played Slack, with one thread that a customer began in the shared channel."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.sandbox.server import Served, application
from app.sandbox.slack import SlackHost
from app.sandbox.slack.state import APP, BOT, BOT_USER, HOME, NOTES, SHARED
from app.sandbox.world import World
from connectors.base import Connection
from connectors.slack import Slack
from connectors.slack.signed import signature
from connectors.types import Change, Inbound, Note, Ref, Reply, Whisper

PAYLOADS = Path(__file__).parent / "payloads"
TOKEN = "xoxb-sandbox"
SECRET = "the-signing-secret-of-the-stage"
FORMS = ("block_actions", "view_submission", "shortcut")
NEEDED = {
    "message__in_channel.json": (
        "type",
        "event",
        "event.type",
        "event.channel",
        "event.ts",
        "authorizations.0.team_id",
    ),
    "app_mention__in_thread.json": ("event.channel", "event.ts"),
    "app_uninstalled__plain.json": ("event_id", "team_id"),
    "block_actions__human.json": ("user.id", "actions", "actions.0.value"),
}


def request(payload: Any, *, at: datetime, secret: str = SECRET) -> Inbound:
    """A request as Slack sends it: JSON, a form for what people press, or these very bytes."""
    form = isinstance(payload, dict) and payload.get("type") in FORMS
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    body = urlencode({"payload": body}).encode() if form else body
    stamp = str(int(at.timestamp()))
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {
        "content-type": kind,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature(secret, stamp, body),
    }
    return Inbound(headers, body, at)


def connection(base: str, **settings: str) -> Connection:
    """A connection to the played Slack, as it is after its first check."""
    known = {"team_id": HOME, "user_id": BOT_USER, "bot_id": BOT, "app_id": APP, "notes_channel": NOTES}
    return Connection("slack-1", base, {**known, **settings}, {"bot_token": TOKEN, "signing_secret": SECRET})


@dataclass
class SlackStage:
    """What ``tests/contract/stage.py`` describes, and the address for connectors of the test's own."""

    world: World
    host: SlackHost
    connector: Slack
    ref: Ref
    base: str
    payloads: Path = PAYLOADS
    secrets: tuple[str, ...] = (TOKEN, SECRET)

    @property
    def needed(self) -> Mapping[str, tuple[str, ...]]:
        return NEEDED

    def signed(self, payload: Any, *, at: datetime | None = None, secret: str | None = None) -> Inbound:
        return request(payload, at=at or self.world.clock.now(), secret=secret or SECRET)

    def tampered(self, request: Inbound) -> Iterator[Inbound]:
        given = request.headers["x-slack-signature"]
        for wrong in (given[:-1] + ("0" if given[-1] != "0" else "1"), "", "v0=é" + given[4:], "v1" + given[2:]):
            yield replace(request, headers={**request.headers, "x-slack-signature": wrong})
        yield replace(request, headers={n: v for n, v in request.headers.items() if n != "x-slack-signature"})
        yield replace(request, at=request.at + timedelta(seconds=302))
        yield replace(request, at=request.at - timedelta(seconds=302))

    def echo(self) -> Inbound:
        return self.signed(json.loads((PAYLOADS / "message__our_own.json").read_text()))

    def agent(self, name: str = "Robin") -> str:
        """The id of a colleague who is in the shared channel."""
        user = self.host.slack.person(name, HOME)
        self.host.slack.channels[SHARED].members.add(user.id)
        return user.id

    def changes(self) -> Mapping[type[Change], Change]:
        return {
            Reply: Reply("Your parcel left **today**.", ("human", "helped")),
            Note: Note("The customer asks for a parcel.", ("resume",)),
            Whisper: Whisper(self.agent(), "A draft for you.", ("share",)),
        }

    def seen(self, change: Change) -> int:
        match change:
            case Reply(text):
                lines = self.thread()
            case Note(text):
                lines = self.host.slack.channels[NOTES].messages
            case Whisper(_, text):
                lines = self.host.slack.channels[SHARED].whispers
            case _:
                return 0
        return sum(text.replace("**", "*") in line["text"] for line in lines)

    def thread(self) -> list[dict[str, Any]]:
        """The ticket's messages as the played Slack keeps them."""
        channel, _, root = self.ref.id.partition(":")
        return self.host.slack.thread(self.host.slack.channels[channel], root)

    def close_for_good(self) -> None:
        self.host.slack.channels[SHARED].is_archived = True

    def remove(self) -> None:
        channel = self.host.slack.channels[SHARED]
        channel.messages = [one for one in channel.messages if one not in self.thread()]


@contextmanager
def open(*, grid: bool = False, org: bool = False, **settings: str) -> Iterator[SlackStage]:
    """A fresh world with the played Slack on a free port."""
    world = World()
    host = SlackHost(world, grid=grid, org=org)
    with Served(application(world, [host])) as base:
        ref = Ref(host.customer_writes("casey@example.com", "Where is my parcel?"))
        connector = Slack(connection(f"{base}/slack", **settings))
        yield SlackStage(world, host, connector, ref, f"{base}/slack")
    host.sending.deliveries.close()
