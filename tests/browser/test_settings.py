"""The lead's pages in a real browser: from the first click to the first classified ticket, every page's picture, and what axe says."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

from app import scanning
from app.db import accounts, articles, connections, lessons, members, problems, stories, visits
from app.db.members import Who
from app.db.problems import Problem
from app.db.visits import Visit
from app.engine.lessons import Learned, Lesson
from app.engine.outcomes import Story
from app.rights import erasing
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.web import create_app
from connectors.types import Article, Level
from jobs import base, ticket
from tests.browser.seen import HEAVY, PAGES, PICTURES
from tests.flows.stage import Settled
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.settled import decide, publish
from tests.web.pages.test_settings_shown import WHOLE
from tests.web.vendors import VENDORS

pytestmark = pytest.mark.browser
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def _weigh(page: Any) -> None:
    text = page.locator("#text")
    text.fill(text.input_value().replace("confidence: 0.9", "confidence: 0.7"))
    page.get_by_role("button", name="Try it on old decisions").click()


def _invite(page: Any) -> None:
    page.get_by_label("Name").fill("Cy")
    page.get_by_role("button", name="Make a link").click()


DEEPER: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "decision": ("decisions", lambda page: page.locator("tbody a").first.click(), "Assist is where"),
    "weighed": ("configuration", _weigh, "would be asked for something else"),
    "invited": ("people", _invite, "A link for Cy"),
}
"""What is one step behind a page: where that is, the step, and what is there then."""


def violations(page: Any) -> list[str]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def amiss(page: Any) -> list[str]:
    """What is wrong with one of the lead's pages, for axe and for the eye."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    here = page.locator(".sections [aria-current=page]").count() == 1
    return violations(page) + ["it is wider than the window"] * wide + ["no section is the one"] * (not here)


def picture(page: Any, name: str) -> None:
    """The whole page, from its beginning; as much as the window shows where the whole of it is heavy."""
    page.evaluate("scrollTo(0, 0)")
    whole = page.screenshot(full_page=True)
    (PICTURES / f"settings-{name}.png").write_bytes(whole if len(whole) < HEAVY else page.screenshot())


class Hand:
    """Stands where the queue stands, and works at once: one thread, one ticket after another."""

    def __init__(self) -> None:
        self._rung: list[str] = []
        self._news = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def ring(self, *ticket_ids: str) -> None:
        with self._news:
            self._rung += ticket_ids
            self._news.notify()

    def answered(self, job: str, subject: str) -> None: ...

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None

    def close(self) -> None:
        with self._news:
            self._over = True
            self._news.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._rung or self._over)
                if self._over:
                    return
                ticket_id = self._rung.pop(0)
            ticket.run(ticket_id)


@dataclass
class Person:
    """Somebody at the browser, whose clicks are counted."""

    page: Any
    clicks: list[str] = field(default_factory=list)

    def click(self, name: str, kind: str = "button") -> None:
        self.clicks.append(name)
        self.page.get_by_role(kind, name=name).first.click()


@dataclass
class Fresh:
    """A played account at Zendesk, our app there, and an account of ours with nothing in it."""

    host: ZendeskHost
    web: str
    invitation: str


@pytest.fixture
def fresh(prepared: Any, tmp_path: Path) -> Iterator[Fresh]:
    with ExitStack() as stack:
        host = ZendeskHost(World())
        stack.callback(host.deliveries.close)
        zendesk = stack.enter_context(Served(application(host.world, [host])))
        ours = {"client_id": host.oauth.client_id, "client_secret": host.oauth.client_secret}
        file = tmp_path / "apps.yaml"
        file.write_text(yaml.safe_dump({"zendesk": {**ours, "base_url": f"{zendesk}/zendesk"}}))
        hand = Hand()
        services = Settled(replace(prepared, apps_file=file), work=hand)  # type: ignore[arg-type]
        stack.callback(services.dispose)
        stack.callback(hand.close)
        base.use(services)
        with services.database.session() as session:
            account = accounts.add(session, "Acme", datetime.now(UTC))
            invitation = visits.invite(session, account.id, Level.ADMIN, "Ada", datetime.now(UTC))
        yield Fresh(host, stack.enter_context(Served(create_app(services.settings, services))), invitation)


def test_from_the_first_click_to_the_first_classified_ticket(browser: Any, fresh: Fresh) -> None:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{fresh.web}/app/signin/{fresh.invitation}")
    began, ada = time.monotonic(), Person(page)
    ada.click("Sign in")
    ada.click("Set it up", "link")
    page.get_by_label("Subdomain").fill("acme")
    ada.click("Connect Zendesk")
    page.get_by_role("heading", name="is connected").wait_for()
    ada.click("Go on setting up", "link")
    ada.click("Begin with a small one", "link")
    ada.click("Publish")
    page.get_by_text("Version 1 is in force").wait_for()
    ada.click("Set up", "link")
    ada.click("Open a test ticket in Zendesk")
    page.locator("#tried-1 .told.good").wait_for()
    assert "order-status" in page.locator("#tried-1").inner_text()
    assert (len(ada.clicks), time.monotonic() - began < 60) == (8, True)
    assert violations(page) == []
    picture(page, "setup-tried")
    [one] = fresh.host.state.tickets.values()
    assert "deskhand_test" in one.row["tags"]
    assert len(fresh.host.webhooks.all) == len(fresh.host.triggers.all) == 1
    context.close()


@pytest.fixture
def lived(prepared: Any, tmp_path: Path) -> Iterator[Receiver]:
    """An account that has been at work for a month."""
    file = tmp_path / "apps.yaml"
    file.write_text(
        yaml.safe_dump(
            {
                "zendesk": {"client_id": "x", "client_secret": "y"},
                "slack": {"client_id": "x", "client_secret": "y", "signing_secret": "z"},
                "intercom": {"client_id": "x", "client_secret": "y"},
            }
        )
    )
    receiver = open_receiver(replace(prepared, apps_file=file))
    publish(receiver, WHOLE + "compliance: {standards: [PCI-DSS, GDPR]}\n", "Ada")
    now = datetime.now(UTC).replace(hour=12)
    for number, (category, p) in enumerate((("order-status", 0.94), ("billing", 0.71), ("order-status", 0.88))):
        decide(receiver, number, category, p, "Hello Ana,\n\nyour parcel arrives within two days.\n\nKind regards")
    slow = receiver.connect(VENDORS[1])
    with receiver.services.database.session() as session:
        mine = connections.of_account(session, receiver.account)
        for extra in mine[1:3]:
            connections.remove(session, extra.id)
        session.connection().exec_driver_sql("update connection set place = 'intercom' where id = ?", (slow,))
        for person, name, level in (("12", "Sam Okafor", Level.AGENT), ("14", "Bo Lind", Level.AGENT)):
            visits.begin(session, Visit(receiver.account, person, level, name, mine[0].id), now)
        members.give(session, Who(receiver.account, mine[0].id, "12"), Level.LEAD, "Ada", now)
        connections.pause(session, slow, "the vendor does not take the token any more")
        problems.report(
            session, Problem("auth", "Intercom does not take our token any more", "connect it again", slow), now
        )
        titles = ("Delivery times", "Returns and refunds", "Invoices")
        pages = [
            Article(f"a{n}", title, "Two days.", "https://help.example/a", "en", n == 2, now)
            for n, title in enumerate(titles)
        ]
        articles.upsert(session, receiver.account, mine[0].id, pages, now)
        _month(session, receiver, now)
    asked = erasing.Asked(receiver.account, "ana@customer.example", "Ada")
    erasing.go_on(receiver.services, erasing.ask(receiver.services, asked))
    scanning.through(receiver.services.database)
    yield receiver
    receiver.services.dispose()


def _month(session: Any, receiver: Receiver, now: datetime) -> None:
    for n in range(140):
        opened = now - timedelta(days=n * 29 // 140 + (n % 4 == 0), hours=n % 7)
        told = Story(
            f"old-{n}",
            f"p{n}",
            "order-status",
            ("order-status", "billing")[n % 3 == 0],
            opened,
            answered_at=opened + timedelta(minutes=7 + n % 30),
            ours=n % 3 != 0,
            solved_at=opened + timedelta(hours=2),
            drafted=n % 2 == 0,
            touched=n % 3 == 0,
            kept=n % 5 == 0,
        )
        _story(session, receiver, told)
    for n in range(120):
        taught = Learned(
            decision=f"old-{n}",
            ticket_id="ticket-0",
            account=receiver.account,
            category="order-status",
            action="reply",
            digest="d",
            lesson=Lesson.KEPT if n % 24 else Lesson.WRONG,
            by=f"agent-{n % 3}",
            at=now,
        )
        lessons.save(session, taught)


def _story(session: Any, receiver: Receiver, told: Story) -> None:
    from app.db.models.ticket import TicketRow  # noqa: PLC0415

    connection = connections.of_account(session, receiver.account)[0].id
    session.add(TicketRow(id=told.ticket, connection_id=connection, ref=told.ticket, created_at=told.opened_at))
    session.flush()
    stories.keep(session, receiver.account, told)


def invited(lived: Receiver) -> list[str]:
    """Two links, each for one sign-in."""
    with lived.services.database.session() as session:
        return [visits.invite(session, lived.account, Level.ADMIN, "Ada", datetime.now(UTC)) for _ in range(2)]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_every_page_is_free_of_violations_and_has_its_picture(
    browser: Any, lived: Receiver, scheme: str, width: int
) -> None:
    with Served(lived.client.application) as web:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        wrong: dict[str, list[str]] = {}
        for door in ("", f"/{invited(lived)[0]}"):
            page.goto(f"{web}/app/signin{door}")
            wrong[f"signin{door[:1]}"] = violations(page)
        page.get_by_role("button", name="Sign in").click()
        for name in PAGES:
            page.goto(f"{web}/app/{name}")
            wrong[name] = amiss(page)
            if scheme == "light":
                picture(page, name)
        for name, (at, press, until) in DEEPER.items():
            page.goto(f"{web}/app/{at}")
            press(page)
            page.get_by_text(until).first.wait_for()
            wrong[name] = amiss(page)
            if scheme == "light":
                picture(page, name)
        context.close()
        assert {name: found for name, found in wrong.items() if found} == {}
        assert errors == []


def test_what_was_typed_outlives_a_session_that_ends(browser: Any, lived: Receiver) -> None:
    with Served(lived.client.application) as web:
        invitations = invited(lived)
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{web}/app/signin/{invitations[0]}")
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{web}/app/configuration")
        page.locator("#text").fill(WHOLE + "# an hour of work\n")
        page.get_by_text("It can be published").wait_for()
        page.locator("#text").fill(WHOLE + "# an hour of work\nnonsense: 1\n")
        page.get_by_text("1 to put right").wait_for()
        with lived.services.database.session() as session:
            visits.end_all(session, lived.account)
        page.get_by_role("button", name="Publish").click()
        page.get_by_text("Please sign in").wait_for()
        assert "an hour of work" in page.get_by_role("textbox", name="text").input_value()
        page.goto(f"{web}/app/signin/{invitations[1]}")
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{web}/app/configuration")
        page.get_by_role("button", name="Bring it back").click()
        assert "an hour of work" in page.locator("#text").input_value()
        context.close()
