"""A played workspace on a free port, an address that takes webhooks, and how to call the one from the other side."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from app.sandbox.intercom import IntercomHost
from app.sandbox.server import Served, application
from app.sandbox.world import World


@dataclass
class Desk:
    """The workspace and a session at its API."""

    host: IntercomHost
    world: World
    base: str
    session: requests.Session

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(method, f"{self.base}{path}", json=body, headers=named, timeout=60)


@pytest.fixture
def desk() -> Iterator[Desk]:
    world = World()
    host = IntercomHost(world)
    with Served(application(world, [host])) as base, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {host.token}"
        yield Desk(host, world, f"{base}/intercom", session)
    host.notifier.deliveries.close()


@dataclass
class Hook:
    """Takes webhooks and answers what it is told to."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    head: int = 200
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, environ: Any, start: Callable[..., Any]) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD":
            start(f"{self.head} x", [("Content-Length", "0")])
            return []
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        with self.arrived:
            self.taken.append((headers, body))
            status = self.statuses.pop(0) if self.statuses else 200
            self.arrived.notify_all()
        start(f"{status} x", [("Content-Length", "0")])
        return []

    def payloads(self, count: int) -> list[dict[str, Any]]:
        """The first ``count`` notifications, waited for."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.taken) >= count, 10), [
                json.loads(b)["topic"] for _, b in self.taken
            ]
            return [json.loads(body) for _, body in self.taken]


@pytest.fixture
def hook() -> Iterator[Hook]:
    taking = Hook()
    with Served(taking) as base:  # type: ignore[arg-type]
        taking.url = f"{base}/webhooks/intercom/1"
        yield taking
