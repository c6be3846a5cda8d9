"""No page is forgotten: what can be got under ``/app`` is looked at by the browser tests, and the docs show it."""

from app.engine.sidebar import State
from app.web.pages.settings_nav import SECTIONS
from tests.browser.seen import DOCS, ELSEWHERE, HEAVY, PAGES, PICTURES, STATES, names
from tests.web.conftest import Receiver


def test_every_page_that_there_is_is_looked_at(receiver: Receiver) -> None:
    rules = [rule for rule in receiver.client.application.url_map.iter_rules() if rule.endpoint.startswith("pages.")]
    got = {rule.rule.removeprefix("/app").strip("/") for rule in rules if "GET" in (rule.methods or ())}
    assert got == {*PAGES, *ELSEWHERE}
    assert len(SECTIONS) == len(PAGES)
    assert {state.value for state in State} == set(STATES)


def test_every_picture_is_there_and_shown_and_light() -> None:
    shown = "".join(page.read_text() for page in DOCS.glob("*.md"))
    for name in names():
        assert (PICTURES / f"{name}.png").stat().st_size < HEAVY, name
        assert f"pictures/{name}.png" in shown, name
    for picture in PICTURES.iterdir():
        assert f"pictures/{picture.name}" in shown, picture.name
