"""The played inbox draws our canvas in a real browser: opened, pressed, and more of it asked for."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.db import connections, judgements
from app.db.connections import Installed
from app.db.models.event import EventRow
from app.sandbox.intercom import IntercomHost
from app.sandbox.server import Served, application
from app.sandbox.world import World
from tests.browser.test_sidebar import ABOUT, TEXT
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.kept import TAGGED, Kept, decided, keep

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.fixture
def opened(browser: Any, prepared: Any) -> Iterator[tuple[Any, Receiver, Kept]]:
    """The inbox at a conversation with a draft."""
    with ExitStack() as stack:
        world = World()
        host = IntercomHost(world)
        stack.callback(host.notifier.deliveries.close)
        base = stack.enter_context(Served(application(world, [host])))
        receiver = open_receiver(prepared)
        stack.callback(receiver.services.dispose)
        web = stack.enter_context(Served(receiver.client.application))
        id = connections.new_id()
        settings = {"app_id": host.app_id, "admin_id": host.admin_id}
        sealed = receiver.services.vault.seal({"access_token": host.token, "client_secret": "shh"}, place=id)
        with receiver.services.database.session() as session:
            there = Installed(id, receiver.account, "intercom", f"{base}/intercom", settings, sealed)
            connections.add(session, there, datetime.now(UTC))
        host.inbox.hooked(f"{web}/webhooks/intercom/{id}", "shh")
        ticket = host.customer_writes("Ana Silva", "Where is my parcel?")
        kept = keep(receiver, id, decided(text=TEXT, **ABOUT), TAGGED, ref=ticket)
        context = browser.new_context(viewport={"width": 1000, "height": 900})
        context.set_default_timeout(6_000)
        page = context.new_page()
        page.goto(f"{base}/intercom/inbox/{ticket}")
        yield page, receiver, kept
        context.close()


def test_a_teammate_reads_presses_and_asks_for_more(opened: tuple[Any, Receiver, Kept]) -> None:
    page, receiver, kept = opened
    details = page.get_by_label("Details")
    details.get_by_role("heading", name="A draft is ready").wait_for()
    box = details.bounding_box()
    last = details.get_by_role("button").last.bounding_box()
    assert last["y"] + last["height"] - box["y"] < 460, "the first canvas is low, with the inbox's own heading above it"
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / "sidebar-intercom.png")
    details.get_by_role("button", name="More").click()
    details.get_by_text("platinum").wait_for()
    details.get_by_role("button", name="a fact is not right").click()
    details.get_by_text("Deskhand learns from it").wait_for()
    details.get_by_role("button", name="Send as it is").click()
    details.get_by_text("Noted.").wait_for()
    with receiver.services.database.reading() as session:
        assert [one.reason for one in judgements.about(session, kept.ticket, "d1")] == ["fact"]
        assert [row.click["action"] for row in session.scalars(select(EventRow)) if row.click] == ["share"]
