"""The demo's own parts without the product: playing, checking, telling; companies whose files are right."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.engine.configuration import load
from app.errors import DatabaseDown
from app.sandbox import demo
from app.sandbox.cast import COMPANIES, Desk, desks, places
from app.sandbox.demo import play
from app.sandbox.product import NotRunning
from app.sandbox.scene import Missed, Scene, field, ours
from app.sandbox.shop import SHOP
from app.sandbox.staging import hook
from app.sandbox.stories import STORIES, Story, category, noted, says, send
from app.sandbox.systems import systems
from app.sandbox.telling import document, show
from app.sandbox.world import View, World
from tests.sandbox.played import PlainHost


@pytest.fixture
def scene(world: World, host: PlainHost) -> Scene:
    return Scene(
        world,
        {"plain": Desk(host, SHOP, {})},
        idle=lambda name, ticket: True,
        sweep=lambda name: None,
        systems=systems(world),
        command=lambda *arguments: {},
    )


def answered(scene: Scene, *notes: str) -> str:
    """A ticket in which our bot has written these notes."""
    host = scene.host("plain")
    assert isinstance(host, PlainHost)
    ticket = host.customer_writes("Jane", "Where is it?", subject="Late")
    view = host.views()[0]
    said = [{"author": "Deskhand", "role": "bot", "kind": "note", "text": text} for text in notes]
    fields = (("Deskhand: category", "order-status"), ("Deskhand: SLA target", "24h"), ("category", "other"))
    host.show(View("plain", ticket, "Late", "open", "Jane", (), fields, (*view.messages, *said)))
    return ticket


def story(*checks: object, play: object = None) -> Story:
    return Story("late", "A parcel is late", "plain", play or (lambda s: answered(s, "A draft")), checks)  # type: ignore[arg-type]


def test_a_story_that_went_well(scene: Scene) -> None:
    [told] = play(scene, [story(noted(1), says("draft"), category("order-status"))])
    assert told.ok
    assert [good for _, good in told.checks] == [True, True, True]


@pytest.mark.parametrize("wrong", [noted(0), noted(2), says("refund"), category("other")])
def test_one_wrong_check_is_enough(scene: Scene, wrong: object) -> None:
    [told] = play(scene, [story(noted(1), wrong)])
    assert not told.ok
    assert document([told], "http://127.0.0.1:1")["ok"] is False


def test_a_note_that_never_comes_is_missed(scene: Scene) -> None:
    silent = Story("silent", "Nobody answers", "plain", send("plain", SHOP.letters[0]), (noted(1),))
    [told] = play(replace(scene, patience=0.1), [silent])
    assert told.missed == "no note came"
    assert not told.ok


def test_a_product_that_never_rests_is_missed(scene: Scene) -> None:
    restless = replace(scene, idle=lambda name, ticket: False, patience=0.1)
    [told] = play(restless, [story(noted(1))])
    assert told.missed == "Deskhand did not come to rest"


@pytest.mark.parametrize("error", [ValueError("no such place"), ConnectionError(), DatabaseDown("gone"), KeyError("x")])
def test_trouble_in_a_story_is_its_outcome_and_no_traceback(scene: Scene, error: Exception) -> None:
    def fails(scene: Scene) -> str:
        raise error

    told, after = play(scene, [story(noted(1), play=fails), story(noted(1))])
    assert told.missed
    assert after.ok


def test_all_stories_together_have_an_end(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "TOGETHER", 0.0)
    silent = Story("silent", "Nobody answers", "plain", send("plain", SHOP.letters[0]), (noted(1),))
    began = time.monotonic()
    assert not any(told.ok for told in play(scene, [silent, silent]))
    assert time.monotonic() - began < scene.patience / 2


def test_a_demo_that_cannot_begin_is_one_line_and_a_document(
    capsys: pytest.CaptureFixture[str], signals: None, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert demo.run(once=True, as_json=True, port=taken.getsockname()[1], data_dir=tmp_path) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["ok"] is False
    assert "somebody else" in json.loads(printed.out)["error"]
    assert "Traceback" not in printed.err
    assert "deskhand: cannot listen on port" in printed.err


@pytest.fixture
def signals() -> Iterator[None]:
    """Puts back what the demo does with signals."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Busy(BaseHTTPRequestHandler):
    """A product that is still warming up: it hangs up on the first two that come."""

    asked = 0

    def do_HEAD(self) -> None:
        """Answer the third."""
        Busy.asked += 1
        if Busy.asked > 2:
            self.send_response(200)
            self.end_headers()

    def do_POST(self) -> None:
        """Take the ping."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_vendor_that_tries_the_address_is_given_it_until_it_is_satisfied(world: World) -> None:
    intercom = next(desk for desk in desks(world) if desk.host.vendor == "intercom")
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        hook(intercom, f"http://127.0.0.1:{server.server_port}/hook", lambda: None)
        assert world.idle(60)
        server.shutdown()
    assert Busy.asked == 3


def test_a_vendor_that_is_never_satisfied_is_said_in_words(world: World) -> None:
    intercom = next(desk for desk in desks(world) if desk.host.vendor == "intercom")
    with pytest.raises(NotRunning, match="intercom does not take the webhook's address"):
        hook(intercom, "http://127.0.0.1:9/hook", lambda: None, patience=0.2)


def test_a_ticket_that_is_not_there(scene: Scene) -> None:
    with pytest.raises(Missed, match="no ticket 7"):
        scene.view("plain", "7")


def test_ours_and_our_fields(scene: Scene) -> None:
    view = scene.view("plain", answered(scene, "one", "two"))
    assert list(ours(view, "note")) == ["one", "two"]
    assert ours(view, "public") == []
    assert (field(view, "category"), field(view, "sla_target"), field(view, "mode")) == ("order-status", "24h", "")


def test_the_document_and_the_table(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    told = play(scene, [story(noted(1)), story(noted(2))])
    show(told, "http://127.0.0.1:1", as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert [s["ok"] for s in printed["stories"]] == [True, False]
    assert printed["stories"][0]["url"].startswith("http://127.0.0.1:1/?host=plain&ticket=")
    show(told, "http://127.0.0.1:1", as_json=False)
    table = capsys.readouterr().out
    assert "A parcel is late" in table
    assert "not so: 2 internal notes" in table


@pytest.mark.parametrize("company", COMPANIES, ids=lambda c: c.account)
def test_every_company_has_a_right_configuration(company: object) -> None:
    configuration = company.configuration  # type: ignore[attr-defined]
    assert load(configuration.read_text("utf-8"), name=configuration.name).categories


def test_everybody_is_played_and_has_letters(world: World) -> None:
    played = desks(world)
    world.close()
    named = places(played)
    assert {desk.host.vendor for desk in played} == {"zendesk", "intercom", "slack"}
    assert all(named[desk.host.name].examples for desk in played)
    assert len({desk.secret for desk in played}) == len(played)
    assert all(desk.secret not in repr(desk) for desk in played)


def test_stories_have_names_of_their_own_and_a_desk(world: World) -> None:
    known = {desk.host.name for desk in desks(world)}
    world.close()
    assert len({s.name for s in STORIES}) == len(STORIES)
    assert {s.desk for s in STORIES} <= known
    assert all(s.checks for s in STORIES)
