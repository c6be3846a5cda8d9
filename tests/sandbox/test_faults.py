"""Faults on the wire, seen by a real HTTP client."""

import pytest
import requests

from app.sandbox.world import Fault, Faults, World
from tests.sandbox.played import PlainHost


def note(base: str, timeout: float = 5) -> requests.Response:
    return requests.post(f"{base}/plain/api/notes", json={}, timeout=timeout)


def test_a_status_is_answered_as_often_as_ordered(base: str, world: World, host: PlainHost) -> None:
    world.faults.order(Fault("status", status=429, times=2, headers={"Retry-After": "7"}))
    answers = [note(base) for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert host.written == 1


def test_a_reset_before_leaves_nothing_behind(base: str, world: World, host: PlainHost) -> None:
    world.faults.order(Fault("reset_before"))
    with pytest.raises(requests.ConnectionError):
        note(base)
    assert host.written == 0
    assert note(base).status_code == 200


def test_a_reset_after_has_done_it(base: str, world: World, host: PlainHost) -> None:
    world.faults.order(Fault("reset_after"))
    with pytest.raises(requests.ConnectionError):
        note(base)
    assert host.written == 1


def test_a_hang_outlasts_the_client(base: str, world: World, host: PlainHost) -> None:
    world.faults.order(Fault("hang", seconds=1))
    with pytest.raises(requests.ReadTimeout):
        note(base, timeout=0.2)
    assert host.written == 0


def test_a_hang_after_has_done_it(base: str, world: World, host: PlainHost) -> None:
    world.faults.order(Fault("hang_after", seconds=1))
    with pytest.raises(requests.ReadTimeout):
        note(base, timeout=0.2)
    assert host.written == 1


def test_a_hang_ends_without_an_answer(base: str, world: World) -> None:
    world.faults.order(Fault("hang", seconds=0.2))
    with pytest.raises(requests.ConnectionError):
        note(base)


def test_a_fault_hits_only_what_it_names() -> None:
    faults = Faults()
    faults.order(Fault("status", host="zendesk", method="put", path=r"/tickets/\d+"))
    for call in (("intercom", "PUT", "/tickets/1"), ("zendesk", "GET", "/tickets/1"), ("zendesk", "PUT", "/users/1")):
        assert faults.take(*call, kinds=("status",)) is None
    assert faults.take("zendesk", "PUT", "/tickets/1", kinds=("hang",)) is None
    assert faults.take("zendesk", "PUT", "/tickets/1", kinds=("status",)) is not None
    assert faults.waiting() == ()


def test_faults_go_in_the_order_they_came() -> None:
    faults = Faults()
    faults.order(Fault("status", status=500))
    faults.order(Fault("status", status=502))
    taken = [faults.take("h", "GET", "/", kinds=("status",)) for _ in range(3)]
    assert [fault and fault.status for fault in taken] == [500, 502, None]


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="reset_after"):
        Faults().order(Fault("explode"))
