"""The demo's own parts without the product: playing, checking, telling; companies whose files are right."""

import json
from dataclasses import replace

import pytest

from app.engine.configuration import load
from app.sandbox.cast import COMPANIES, Desk, desks, places
from app.sandbox.demo import play
from app.sandbox.scene import Missed, Scene, field, ours
from app.sandbox.shop import SHOP
from app.sandbox.stories import STORIES, Story, category, noted, says, send
from app.sandbox.telling import document, show
from app.sandbox.world import View, World
from tests.sandbox.played import PlainHost


@pytest.fixture
def scene(world: World, host: PlainHost) -> Scene:
    return Scene(world, {"plain": Desk(host, SHOP, {})}, idle=lambda name, ticket: True, sweep=lambda name: None)


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
