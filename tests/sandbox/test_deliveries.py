"""Webhooks on their way: doubled, lost, late, reordered, and tried again by the clock of the sandbox."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.sandbox.deliveries import statuses
from app.sandbox.world import Fault, World
from tests.sandbox.played import PlainHost


class Ear:
    """A receiver that keeps what it heard and answers what it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.answers: list[int] = []
        self.news = threading.Condition()
        ear = self

        class Listener(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                with ear.news:
                    ear.heard.append((body, self.headers["x-attempt"]))
                    status = ear.answers.pop(0) if ear.answers else 200
                    ear.news.notify_all()
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def hears(self, count: int) -> list[str]:
        with self.news:
            assert self.news.wait_for(lambda: len(self.heard) >= count, 5), self.heard
            return [body for body, _ in self.heard]


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    thread = threading.Thread(target=ear.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield ear
    ear.server.shutdown()
    ear.server.server_close()
    thread.join()


@pytest.fixture
def sender(host: PlainHost, ear: Ear) -> PlainHost:
    host.hook(ear.url, "")
    return host


def logged(world: World, count: int) -> list[int]:
    """The log is written after the answer: wait for the line, not for a time."""
    end = time.monotonic() + 60
    while len(world.sent) < count and time.monotonic() < end:
        threading.Event().wait(0.01)
    return statuses(world.sent)


def test_one_webhook_is_one_request(sender: PlainHost, ear: Ear, world: World) -> None:
    sender.knock("a")
    assert sender.deliveries.idle(60)
    assert ear.heard == [("a", "0")]
    assert statuses(sender.deliveries.log) == statuses(world.sent) == [200]


def test_double(sender: PlainHost, ear: Ear, world: World) -> None:
    world.faults.order(Fault("double"))
    sender.knock("a")
    assert sender.deliveries.idle(60)
    assert ear.heard == [("a", "0"), ("a", "0")]


def test_lost(sender: PlainHost, ear: Ear, world: World) -> None:
    world.faults.order(Fault("lose", host="plain"))
    sender.knock("a")
    sender.knock("b")
    assert sender.deliveries.idle(60)
    assert [body for body, _ in ear.heard] == ["b"]


def test_reordered_comes_after_the_next(sender: PlainHost, ear: Ear, world: World) -> None:
    world.faults.order(Fault("reorder"))
    sender.knock("a")
    assert sender.deliveries.idle(60)
    assert ear.heard == []
    sender.knock("b")
    assert ear.hears(2) == ["b", "a"]


def test_late_waits_for_the_clock(sender: PlainHost, ear: Ear, world: World) -> None:
    world.faults.order(Fault("late", seconds=600))
    sender.knock("a")
    sender.knock("b")
    assert ear.hears(1) == ["b"]
    world.clock.advance(601)
    assert ear.hears(2) == ["b", "a"]


def test_retries_follow_the_vendors_rule_on_the_moved_clock(sender: PlainHost, ear: Ear, world: World) -> None:
    ear.answers = [500, 503, 500, 500]
    sender.knock("a")
    assert logged(world, 1) == [500]
    world.clock.advance(61)
    assert logged(world, 2) == [500, 503]
    world.clock.advance(301)
    assert logged(world, 3) == [500, 503, 500]
    assert [attempt for _, attempt in ear.heard] == ["0", "1", "2"]


def test_a_taken_retry_is_the_last(sender: PlainHost, ear: Ear, world: World) -> None:
    ear.answers = [500, 200]
    sender.knock("a")
    logged(world, 1)
    world.clock.advance(61)
    assert logged(world, 2) == [500, 200]
    assert sender.deliveries.idle(60)
    assert len(ear.heard) == 2


def test_nobody_there_is_minus_one(sender: PlainHost, world: World) -> None:
    sender.hook("http://127.0.0.1:1/hook", "")
    sender.knock("a")
    assert sender.deliveries.idle(60)
    assert statuses(world.sent) == [-1]
