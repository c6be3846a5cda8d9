"""The three stories of a handoff as a person sees them: the whole product runs, the page shows the briefing, a picture is kept."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.demo import play
from app.sandbox.staging import Stage, set_stage
from app.sandbox.stories import STORIES

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
PICTURES = Path(__file__).parent / "pictures"
SHOWN = ("angry-vip", "fraud", "critical-bug")


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[Stage, dict[str, Any]]]:
    with ExitStack() as stack:
        stage = set_stage(stack, None, 0)
        chosen = [story for story in STORIES if story.name in (*SHOWN, "vip")]
        chosen.sort(key=lambda story: story.name != "vip")
        yield stage, {one.story.name: one for one in play(stage.scene, chosen)}


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_the_briefing_can_be_read_at_once(
    browser: Any, played: tuple[Stage, dict[str, Any]], name: str, width: int, scheme: str
) -> None:
    stage, told = played
    story = told[name]
    assert story.ok, [what for what, good in story.checks if not good] + [story.missed]
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{stage.base}/?host={story.story.desk}&ticket={story.ticket}")
    note = page.locator(".said.note").last
    headline = note.locator(".words :is(strong, b)").first
    headline.scroll_into_view_if_needed()
    assert headline.inner_text().startswith("Take it now · ")
    assert headline.is_visible()
    assert note.get_by_role("button", name="I have it").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    note.evaluate("element => element.scrollIntoView({block: 'start'})")
    page.screenshot(
        path=PICTURES / f"briefing-{name}{'' if width > 500 else '-narrow'}{'-dark' * (scheme == 'dark')}.png"
    )
    context.close()


def test_who_was_told_stands_on_a_page_of_its_own(browser: Any, played: tuple[Stage, dict[str, Any]]) -> None:
    stage, _ = played
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{stage.base}/told")
    ways = set(page.locator(".notice .pill").all_inner_texts())
    assert {way.lower() for way in ways} == {"mail", "web hook", "pager"}
    text = page.locator("#told").inner_text()
    assert "suspicious" not in text
    assert "disgusted" not in text
    page.screenshot(path=PICTURES / "told.png")
    context.close()


def test_a_click_on_the_button_takes_the_ticket(browser: Any, played: tuple[Stage, dict[str, Any]]) -> None:
    stage, told = played
    story = told["critical-bug"]
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{stage.base}/?host={story.story.desk}&ticket={story.ticket}")
    page.locator(".said.note").last.get_by_role("button", name="I have it").click()
    page.get_by_text("Taken:").wait_for(timeout=30_000)
    page.locator(".tags", has_not_text="deskhand_acknowledge").wait_for(timeout=30_000)
    context.close()
