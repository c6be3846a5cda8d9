"""Our requests reach what they were allowed to reach: no name, spelling, redirect or second look-up leads elsewhere."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests

from connectors.errors import Refused
from connectors.guard import Guarded, Reach, lookup, reach

HERE = "127.0.0.1"


class Played(BaseHTTPRequestHandler):
    """Answers 200, or sends elsewhere from ``/away``; keeps the Host header of every call."""

    hosts: list[str]
    away: str

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        self.send_response(302 if self.path == "/away" else 200)
        if self.path == "/away":
            self.send_header("Location", self.away)
        self.send_header("Connection", "close")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class Names:
    """A resolver that says one answer after another, and counts how often it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def site() -> Iterator[tuple[int, type[Played]]]:
    kind = type("Site", (Played,), {"hosts": [], "away": ""})
    server = ThreadingHTTPServer((HERE, 0), kind)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, kind
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:0:a00:1:0:0:f5ff:fffe",
    ],
)
def test_what_is_not_public_is_out_of_public_reach(address: str) -> None:
    assert not Reach.PUBLIC.covers(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700:4700::1111", "64:ff9b::5db8:d822"])
def test_public_addresses_are_in_public_and_in_private_reach_but_not_in_that_of_loopback(address: str) -> None:
    assert Reach.PUBLIC.covers(address)
    assert Reach.PRIVATE.covers(address)
    assert not Reach.LOOPBACK.covers(address)


@pytest.mark.parametrize(
    ("address", "covered"),
    [
        ("10.1.2.3", True),
        ("192.168.1.1", True),
        ("127.0.0.1", True),
        ("fd12::1", True),
        ("169.254.169.254", False),
        ("::ffff:169.254.169.254", False),
        ("fe80::1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
    ],
)
def test_private_reach_has_private_networks_and_no_metadata_service(address: str, covered: bool) -> None:
    assert Reach.PRIVATE.covers(address) is covered


@pytest.mark.parametrize(
    ("url", "private", "expected"),
    [
        ("http://127.0.0.1:8080/shop", False, Reach.LOOPBACK),
        ("http://LOCALHOST/", True, Reach.LOOPBACK),
        ("http://[::1]:8080/", False, Reach.LOOPBACK),
        ("https://bank.internal/", True, Reach.PRIVATE),
        ("https://bank.internal/", False, Reach.PUBLIC),
        ("https://127.0.0.1.example.com/", False, Reach.PUBLIC),
        ("https://localhost.example.com/", False, Reach.PUBLIC),
    ],
)
def test_reach_is_what_an_admin_named(url: str, private: bool, expected: Reach) -> None:
    assert reach(url, private=private) is expected


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
)
def test_no_spelling_of_this_machine_is_public(site: tuple[int, type[Played]], host: str) -> None:
    port, played = site
    with pytest.raises(Refused):
        Guarded().get(f"http://{host}:{port}/", timeout=2)
    assert played.hosts == []


@pytest.mark.parametrize("found", [["93.184.216.34", HERE], [HERE, "93.184.216.34"], []])
def test_a_name_is_refused_if_any_of_its_addresses_is(found: list[str]) -> None:
    with pytest.raises(Refused):
        Guarded(addresses=Names(found)).get("https://shop.example/", timeout=2)


def test_a_refusal_names_neither_host_nor_path() -> None:
    with pytest.raises(Refused) as refusal:
        Guarded(addresses=Names(["10.0.0.1"])).get("https://secret.example/token-4711", timeout=2)
    assert "secret" not in str(refusal.value)
    assert "4711" not in str(refusal.value)


def test_the_address_that_was_checked_is_called_under_its_own_name(site: tuple[int, type[Played]]) -> None:
    port, played = site
    names = Names([HERE])
    answer = Guarded(Reach.LOOPBACK, addresses=names).get(f"http://shop.example:{port}/", timeout=2)
    assert answer.status_code == 200
    assert names.asked == ["shop.example"]
    assert played.hosts == [f"shop.example:{port}"]


def test_a_name_that_changes_its_mind_leads_nowhere(site: tuple[int, type[Played]]) -> None:
    port, played = site
    names = Names([HERE], ["10.0.0.1"])
    session = Guarded(Reach.LOOPBACK, addresses=names)
    assert session.get(f"http://shop.example:{port}/", timeout=2).status_code == 200
    with pytest.raises(Refused):
        session.get(f"http://shop.example:{port}/", timeout=2)
    assert len(played.hosts) == 1


def test_a_dead_address_is_passed_over_for_the_next_of_the_same_look_up(site: tuple[int, type[Played]]) -> None:
    port, played = site
    names = Names(["::1", HERE])
    assert Guarded(Reach.LOOPBACK, addresses=names).get(f"http://shop.example:{port}/", timeout=2).ok
    assert len(names.asked) == 1
    assert len(played.hosts) == 1


def test_a_redirect_is_an_answer_and_is_not_followed(site: tuple[int, type[Played]]) -> None:
    port, played = site
    played.away = f"http://127.0.0.1:{port}/inside"
    answer = Guarded(Reach.LOOPBACK).get(f"http://127.0.0.1:{port}/away", timeout=2)
    assert answer.status_code == 302
    assert len(played.hosts) == 1


def test_a_proxy_of_the_environment_is_not_used(
    site: tuple[int, type[Played]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, played = site
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert Guarded(Reach.LOOPBACK).get(f"http://127.0.0.1:{port}/", timeout=2).ok
    assert len(played.hosts) == 1


def test_a_name_without_an_address_is_no_connection() -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError(-2, "no such name")

    with pytest.raises(requests.ConnectionError):
        Guarded(addresses=nobody).get("https://nobody.example/", timeout=2)


def test_a_name_that_is_no_name_is_no_connection() -> None:
    with pytest.raises(OSError, match="not a host name"):
        lookup("a" * 70 + ".example", 443)
