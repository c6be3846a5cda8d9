"""The sidebar in a real browser: in the played agent workspace with Zendesk's own client, and by itself for every eye and hand."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.db import connections, judgements, visits
from app.db.connections import Installed
from app.db.visits import Visit
from app.engine.types import Mode
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.sandbox.zendesk.workspace import APP, INSTALLATION
from connectors.types import Level, Priority, Reply, SetPriority
from tests.browser.seen import PICTURES
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.kept import TAGGED, Kept, decided, keep

pytestmark = pytest.mark.browser
TEXT = (
    "Hello Ana,\n\nyour parcel left our warehouse yesterday. You can follow it under "
    "[Your orders](https://shop.example/orders); it usually arrives within two days.\n\nKind regards"
)
ABOUT = {
    "Customer": "Ana Silva, VIP",
    "Loyalty tier": "platinum",
    "Lifetime value": "12,400",
    "Wrote before": "[returns (01 Feb)](https://desk.example/7)",
}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@dataclass
class Played:
    """The played account, our web, and a ticket with a draft."""

    host: ZendeskHost
    base: str
    web: str
    receiver: Receiver
    connection: str
    ticket: str = ""
    kept: Kept | None = None

    def keep(self, judged: Any, *sent: Any, **more: Any) -> Kept:
        self.ticket = self.host.customer_writes("Ana Silva", "Where is my parcel?", subject="Late parcel")
        self.kept = keep(self.receiver, self.connection, judged, *sent, ref=self.ticket, **more)
        return self.kept

    def said(self) -> list[str]:
        assert self.kept
        with self.receiver.services.database.reading() as session:
            return [one.kind for one in judgements.about(session, self.kept.ticket, "d1")]


@pytest.fixture
def played(prepared: Any) -> Iterator[Played]:
    with ExitStack() as stack:
        host = ZendeskHost(World())
        stack.callback(host.deliveries.close)
        base = stack.enter_context(Served(application(host.world, [host])))
        receiver = open_receiver(prepared)
        stack.callback(receiver.services.dispose)
        web = stack.enter_context(Served(receiver.client.application))
        host.workspace.address = web
        id = connections.new_id()
        settings = {"email": host.email, "app_id": str(APP), "installation_id": str(INSTALLATION)}
        sealed = receiver.services.vault.seal({"token": host.token, "signing_secret": "s"}, place=id)
        with receiver.services.database.session() as session:
            there = Installed(id, receiver.account, "zendesk", f"{base}/zendesk", settings, sealed)
            connections.add(session, there, datetime.now(UTC))
        yield Played(host, base, web, receiver, id)


Opens = Callable[..., Any]


@pytest.fixture
def workspace(browser: Any, played: Played) -> Iterator[Opens]:
    """``workspace()``: the agent workspace at the played ticket, and our frame in it."""
    contexts, errors = [], []

    def to(**options: Any) -> tuple[Any, Any]:
        context = browser.new_context(viewport={"width": 1180, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(6_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("response", lambda told: errors.append(f"{told.status} {told.url}") if told.status >= 400 else None)
        page.goto(f"{played.base}/zendesk/agent/tickets/{played.ticket}")
        return page, page.frame_locator("iframe")

    yield to
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def alone(browser: Any, played: Played) -> Iterator[Opens]:
    """``alone(width=..., ...)``: the same page in a window of its own, for somebody who is signed in."""
    contexts = []

    def to(*, width: int = 380, height: int = 900, **options: Any) -> Any:
        who = Visit(played.receiver.account, "a1", Level.AGENT, "Sam Okafor")
        with played.receiver.services.database.session() as session:
            key = visits.begin(session, who, datetime.now(UTC))
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(6_000)
        context.add_cookies([{"name": "deskhand", "value": key, "url": played.web}])
        page = context.new_page()
        page.goto(f"{played.web}/app/sidebar/{played.kept and played.kept.ticket}")
        return page

    yield to
    for context in contexts:
        context.close()


def test_an_agent_opens_a_ticket_inserts_the_draft_and_sends(played: Played, workspace: Opens) -> None:
    played.keep(decided(text=TEXT, **ABOUT), TAGGED)
    page, frame = workspace()
    frame.get_by_role("heading", name="A draft is ready").wait_for()
    page.get_by_label("Public reply").fill("Dear Ana, thank you for waiting.")
    frame.get_by_role("button", name="Insert", exact=True).click()
    frame.get_by_text("You have inserted this draft.").wait_for()
    typed = page.get_by_label("Public reply").input_value()
    assert typed.startswith("Dear Ana, thank you for waiting.\nHello Ana,")
    assert "Your orders: https://shop.example/orders" in typed
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / "sidebar-zendesk.png")
    page.get_by_role("button", name="Submit").click()
    page.locator("li", has_text="Dear Ana, thank you for waiting.").wait_for()
    assert played.said() == ["inserted"]


def test_what_was_changed_in_the_draft_is_inserted_so_and_kept_as_edited(played: Played, workspace: Opens) -> None:
    played.host.workspace.unknown = ("ticket.editor.insert", "ticket.comment.appendText")
    played.keep(decided(text=TEXT))
    page, frame = workspace()
    frame.get_by_role("textbox", name="Suggested reply").fill("In my own words.")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    frame.get_by_role("button", name="Insert", exact=True).click()
    frame.get_by_text("with your changes").wait_for()
    assert page.get_by_label("Public reply").input_value() == "In my own words."
    assert played.said() == ["edited"]


def test_a_stranger_gets_no_sidebar(played: Played, browser: Any) -> None:
    played.keep(decided(text=TEXT))
    sign = played.host.workspace.token
    played.host.workspace.token = lambda base: sign(base, exp=1_000)  # type: ignore[method-assign]
    context = browser.new_context()
    context.set_default_timeout(5_000)
    page = context.new_page()
    page.goto(f"{played.base}/zendesk/agent/tickets/{played.ticket}")
    page.frame_locator("iframe").get_by_text("Please sign in").wait_for()
    context.close()


def test_nobody_else_may_frame_it(played: Played, browser: Any) -> None:
    """The same workspace under another origin, with a token that is good: the browser shows nothing of ours there."""
    played.keep(decided(text=TEXT))
    sign = played.host.workspace.token
    played.host.workspace.token = lambda base: sign(f"{played.base}/zendesk")  # type: ignore[method-assign]
    context = browser.new_context()
    context.set_default_timeout(5_000)
    page = context.new_page()
    with page.expect_console_message(lambda line: "frame-ancestors" in line.text):
        page.goto(f"{played.base.replace('127.0.0.1', 'localhost')}/zendesk/agent/tickets/{played.ticket}")
    assert page.frame_locator("iframe").locator("#card").count() == 0
    context.close()


def test_keys_alone_are_enough(played: Played, alone: Opens) -> None:
    played.keep(decided(text=TEXT), offer=True)
    page = alone()
    names = []
    for _ in range(30):
        page.keyboard.press("Tab")
        names.append(page.evaluate("(document.activeElement.innerText || document.activeElement.id).trim()"))
        if names[-1] == "Wrong because…":
            break
    assert [name for name in names if name in ("Approve", "Insert", "Send as it is", "Escalate")] == [
        "Approve", "Insert", "Send as it is", "Escalate",
    ]  # fmt: skip
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("Deskhand learns from it").wait_for()
    assert page.get_by_text(re.compile("Marked as wrong. a fact is not right")).count() == 1
    assert played.said() == ["wrong"]


STATES: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {
    "draft": (decided(text=TEXT, **ABOUT), (TAGGED, SetPriority(Priority.HIGH)), {"offer": True}),
    "answered": (decided(Mode.RESOLVE, TEXT, **ABOUT), (TAGGED, Reply(TEXT)), {}),
    "person": (decided(text="", **ABOUT), (), {"quiet": True}),
    "watching": (decided(Mode.SHADOW, TEXT, **ABOUT), (), {}),
    "nothing": (decided(text="", **ABOUT), (), {}),
}


@pytest.mark.parametrize("state", list(STATES))
def test_everybody_can_read_it(played: Played, alone: Opens, state: str) -> None:
    """No violation of WCAG 2.2 A or AA, light and dark, and nothing sticks out at 320 pixels; the pictures are the documentation's."""
    judged, sent, more = STATES[state]
    played.keep(judged, *sent, **more)
    for scheme in ("light", "dark"):
        page = alone(width=320 if state == "draft" and scheme == "dark" else 380, color_scheme=scheme)
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        found = Axe().run(page, options=WCAG)
        assert found.violations_count == 0, found.generate_report()
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"sidebar-{state}{'-dark' * (scheme == 'dark')}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_nobody_has_read_yet_is_read_by_one_click(played: Played, workspace: Opens, scheme: str) -> None:
    played.ticket = played.host.customer_writes("Ana Silva", "Where is my parcel?", subject="Late parcel")
    page, frame = workspace(color_scheme=scheme)
    frame.get_by_role("heading", name="Not read yet").wait_for()
    found = Axe().run(page.frames[1], options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    box = frame.locator("article").bounding_box()
    edges = {side: box[side] - 14 for side in ("x", "y")} | {side: box[side] + 28 for side in ("width", "height")}
    page.screenshot(path=PICTURES / f"sidebar-unread{'-dark' * (scheme == 'dark')}.png", clip=edges)
    frame.get_by_role("button", name="Look at it now").click()
    frame.get_by_role("status").get_by_text("It is being read").wait_for()


def test_a_session_that_ends_loses_nothing_that_was_typed(played: Played, alone: Opens) -> None:
    played.keep(decided(text=TEXT))
    page = alone()
    page.get_by_role("textbox", name="Suggested reply").fill("Half a thought")
    with played.receiver.services.database.session() as session:
        visits.end_all(session, played.receiver.account)
    page.get_by_role("button", name="Not needed").click()
    page.get_by_text("Your session is over").wait_for()
    assert page.get_by_role("textbox", name="Suggested reply").input_value() == "Half a thought"
