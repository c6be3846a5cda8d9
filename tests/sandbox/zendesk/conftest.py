"""A played account, called over real HTTP with its API token, and an inbox that its webhooks reach."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost


@dataclass
class Account:
    """The account and a way to call it."""

    host: ZendeskHost
    world: World
    base: str
    session: requests.Session

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        """One call to the API, without credentials only when ``auth=None`` is given."""
        more.setdefault("auth", (f"{self.host.email}/token", self.host.token))
        url = path if path.startswith("http") else f"{self.base}/zendesk/api/v2{path}"
        return self.session.request(method, url, json=body, timeout=60, **more)

    def ticket(self, **values: Any) -> dict[str, Any]:
        """A new ticket's row."""
        values.setdefault("comment", {"body": "Hello"})
        return self.call("POST", "/tickets.json", {"ticket": values}).json()["ticket"]

    def put(self, id: int, **values: Any) -> requests.Response:
        """One update."""
        return self.call("PUT", f"/tickets/{id}.json", {"ticket": values})


@dataclass
class Inbox:
    """What webhooks brought, and what is answered to the next ones (200 when nothing is planned)."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    plan: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def holds(self, count: int, within: float) -> bool:
        """True as soon as that many have come; False when they have not ``within`` seconds."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.got) >= count, within)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The bodies, read."""
        return [json.loads(body) for _, body in self.got]

    @property
    def kinds(self) -> list[str]:
        """The events' types, by their last word, in the order of the alphabet: arrival is in no order."""
        return sorted(body["type"].split(".")[-1] for body in self.bodies)


@pytest.fixture
def account() -> Iterator[Account]:
    world = World()
    host = ZendeskHost(world, timeout=2.0)
    with Served(application(world, [host])) as base, requests.Session() as session:
        yield Account(host, world, base, session)
    host.deliveries.close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    box = Inbox()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with box.arrived:
                box.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                box.arrived.notify_all()
            status, headers = box.plan.pop(0) if box.plan else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    box.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield box
    server.shutdown()
    server.server_close()
    thread.join()
