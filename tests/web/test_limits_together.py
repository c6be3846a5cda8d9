"""Several web processes count together in Redis: a guesser gets no more by asking each of them; without Redis each counts for itself."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, Popen
from threading import Thread

import pytest
from redis import Redis

from app.cli.broker import binary
from app.db import ids
from app.rates import AWAY, KEY, Shared
from app.settings import Settings
from app.web.limits import FAILURES, Rates
from tests.web.conftest import open_receiver


class Broker:
    """A server of the test's own, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "broker.sock"
        self.url = f"unix://{self.place}"
        self._flags = ["--port", "0", "--unixsocket", str(self.place), "--dir", str(folder), "--save", ""]
        self.start()

    def start(self) -> None:
        self._server = Popen([binary(), *self._flags], stdout=DEVNULL, stderr=DEVNULL)
        end = time.monotonic() + 60
        while not self.place.exists():
            assert time.monotonic() < end
            time.sleep(0.01)  # between two looks

    def stop(self) -> None:
        self._server.kill()
        self._server.wait()
        self.place.unlink(missing_ok=True)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    yield made
    made.stop()


@pytest.fixture(params=["embedded", pytest.param("server", marks=pytest.mark.servers)])
def url(request: pytest.FixtureRequest) -> str:
    """The embedded broker's address, or that of the server which the environment names."""
    if request.param == "embedded":
        return str(request.getfixturevalue("broker").url)
    given = os.environ.get("TEST_REDIS_URL")
    if not given:
        pytest.skip("TEST_REDIS_URL names no server")
    return given


def passed(rates: Rates, name: str, times: int) -> int:
    return sum(rates.take(name).wait == 0 for _ in range(times))


SLOW = 2
"""A minute: what comes back while a test runs, on however slow a machine, is one try."""


def test_processes_count_one_name_together(url: str) -> None:
    name = ids.fresh()
    processes = [Rates(SLOW, lambda: 0.0, shared=Shared(url), door="token") for _ in range(4)]
    assert sum(passed(one, name, SLOW) for one in processes) in (SLOW, SLOW + 1), "not as many as each would allow"
    assert passed(processes[3], ids.fresh(), SLOW) == SLOW
    assert passed(Rates(SLOW, lambda: 0.0, shared=Shared(url), door="another door"), name, SLOW) == SLOW


def test_threads_that_ask_at_once_are_not_counted_as_one(url: str) -> None:
    name, shared, answers = ids.fresh(), Shared(url), []

    def ask() -> None:
        answers.extend(shared.take(name, SLOW) for _ in range(10))

    threads = [Thread(target=ask) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(answer is not None and answer[0] for answer in answers) in (SLOW, SLOW + 1)


def test_what_is_kept_names_nobody_and_ends(broker: Broker) -> None:
    assert Shared(broker.url).take("203.0.113.9", 60) == (True, 59.0)
    with Redis.from_url(broker.url) as redis:
        (key,) = redis.keys("*")
        assert key.startswith(KEY.encode()) and b"203" not in key.removeprefix(KEY.encode())
        assert 0 < redis.ttl(key) <= 120


def test_without_redis_each_process_counts_for_itself_and_joins_again(broker: Broker) -> None:
    now = [0.0]
    shared = Shared(broker.url, lambda: now[0])
    rates = Rates(SLOW, lambda: 0.0, shared=shared)
    broker.stop()
    assert passed(rates, "x", 10) == SLOW
    assert shared.take("x", SLOW) is None
    broker.start()
    assert shared.take("x", SLOW) is None, "not asked again at once"
    now[0] += AWAY + 1
    assert shared.take("x", SLOW) == (True, SLOW - 1)
    assert passed(rates, "x", 3) == 0, "what was counted alone still counts"


def test_who_guessed_too_often_elsewhere_is_told_to_wait_at_the_first_guess_here(
    prepared: Settings, broker: Broker
) -> None:
    web = open_receiver(replace(prepared, redis_url=broker.url))
    wrong = {"Authorization": "Bearer dh_made-up"}
    assert web.client.get("/api/v1/tickets", headers=wrong).status_code == 401
    with Redis.from_url(broker.url) as redis:
        (key,) = redis.keys("*")
        redis.hset(key, "left", -FAILURES)
    again = web.client.get("/api/v1/tickets", headers=wrong)
    assert again.status_code == 429
    assert int(again.headers["Retry-After"]) > 0
    web.services.dispose()
