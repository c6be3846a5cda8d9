"""Only this machine, under its own name and from its own page."""

import pytest
import requests
from flask.testing import FlaskClient

from app.sandbox.door import loopback
from app.sandbox.world import World


@pytest.mark.parametrize("name", ["localhost", "localhost:80", "127.0.0.1:5000", "127.9.9.9", "[::1]:8080"])
def test_this_machine(name: str) -> None:
    assert loopback(name)


@pytest.mark.parametrize(
    "name",
    ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "10.0.0.1", "[::1", "0.0.0.0", "a@b"],
)
def test_everybody_else(name: str) -> None:
    assert not loopback(name)


@pytest.mark.parametrize("path", ["/", "/_sandbox/", "/_sandbox/tickets", "/plain/api/notes"])
def test_a_rebound_name_reads_nothing(base: str, path: str) -> None:
    refused = requests.get(base + path, headers={"Host": "evil.example"}, timeout=60)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_foreign_page_orders_nothing(client: FlaskClient, world: World, headers: dict[str, str]) -> None:
    before = world.clock.now()
    assert client.post("/_sandbox/clock", json={"seconds": 9e6}, headers=headers).status_code == 403
    assert client.post("/inbox/clock", data={"seconds": 9000000, "host": "plain"}, headers=headers).status_code == 403
    assert (world.clock.now() - before).total_seconds() < 60


def test_our_own_page_may_order(base: str) -> None:
    headers = {"Origin": base, "Sec-Fetch-Site": "same-origin"}
    assert requests.post(base + "/_sandbox/clock", json={"seconds": 1}, headers=headers, timeout=60).status_code == 200
