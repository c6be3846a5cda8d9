"""``deskhand report shadow``, ``day``, ``drift`` and ``roi`` over what is in the database, as JSON, as text and as pages."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db import accounts, agreements, connections, ids, inbox, stories, tickets
from app.db.agreements import Kept
from app.db.connections import Installed
from app.engine.agreeing import Agreement, Both
from app.engine.lessons import Lesson
from app.engine.outcomes import Story
from app.engine.types import Mode
from app.services import Services
from connectors.types import Event, EventKind, Ref

NOW, DAY = datetime.now(UTC), timedelta(days=1)
HOSTILE = "<script>alert(1)</script>"


class Desk:
    """Writes into the account's records."""

    def __init__(self, services: Services, name: str) -> None:
        self.services, self.count = services, 0
        with services.database.session() as session:
            self.account = accounts.named(session, name).id
            connections.add(session, Installed("c1", self.account, "zendesk", "https://z.example", {}, "sealed"), NOW)

    def ticket(self, session) -> str:
        self.count += 1
        ref = str(self.count)
        inbox.accept(session, "c1", [Event(f"e{ref}", EventKind.CREATED, Ref(ref), NOW)], NOW)
        assert tickets.take(session, ids.ticket("c1", ref), "test", NOW, NOW)
        return ids.ticket("c1", ref)

    def tell(self, at: datetime, number: int = 1, **changes) -> None:
        with self.services.database.session() as session:
            for _ in range(number):
                name = self.ticket(session)
                given = {"ticket": name, "person": name, "problem": "x", "category": "billing", "opened_at": at}
                solved = at + timedelta(minutes=1)
                stories.keep(
                    session,
                    self.account,
                    Story(**(given | {"answered_at": solved, "solved_at": solved, "ours": True} | changes)),
                )

    def saw(self, **changes) -> None:
        with self.services.database.session() as session:
            name = self.ticket(session)
            given = {"decision": f"d{self.count}", "mode": Mode.SHADOW, "at": NOW - DAY, "confidence": 0.9}
            url = f"https://z.example/agent/tickets/{self.count}"
            agreements.keep(session, self.account, Kept(name, url, Agreement(**(given | changes))))


@pytest.fixture
def desk(account, prepared) -> Desk:
    return Desk(Services(prepared), account)


def test_shadow_counts_agreement_and_lists_the_worst_first(deskhand, desk, tmp_path):
    for _ in range(9):
        desk.saw(category=Both("billing", "billing"), lesson=Lesson.KEPT, likeness=1.0)
    desk.saw(category=Both("billing", HOSTILE), lesson=Lesson.WRONG, likeness=0.1)
    desk.saw(priority=Both("normal", "high"))
    page = tmp_path / "shadow.html"
    told = deskhand("report", "shadow", "--account", "acme", "--html", str(page), "--json").json
    assert (told["category"]["agreed"], told["category"]["judged"], told["tickets"]) == (9, 10, 11)
    assert told["category"]["low"] < 0.9 < told["category"]["high"]
    assert [one["reply"] for one in told["disagreements"]] == ["wrong", None]
    assert told["replies"]["kept"] == 9
    html = page.read_text()
    assert "90.0%" in html
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html


def test_nothing_was_seen_yet(deskhand, desk):
    shown = deskhand("report", "shadow", "--account", "acme").out
    assert "unknown" in shown
    assert "Nobody has acted on a ticket yet." in shown
    assert deskhand("report", "shadow", "--account", "acme", "--json").json["category"]["share"] is None


def test_of_a_desk_without_tickets_no_report_claims_to_know_anything(deskhand, desk):
    day = deskhand("report", "day", "--account", "acme").out
    assert "after 7 days: nothing was resolved without a person" in day
    assert "0.0%" not in day
    pays = deskhand("report", "roi", "--account", "acme").out
    assert "Deflection that holds 7 days: unknown" in pays
    assert "Saved in a month" not in pays
    spent = deskhand("report", "roi", "--account", "acme", "--assume", "platform-per-month=100").out
    assert "Spent in a month: 100.00" in spent


def test_the_day(deskhand, desk, tmp_path):
    desk.tell(NOW - DAY, 3)
    desk.tell(NOW - DAY, ours=False, touched=True, agent="a1", rating=5)
    desk.tell(NOW - 8 * DAY, 8)
    page, mail = tmp_path / "day.html", tmp_path / "mail.html"
    ran = deskhand("report", "day", "--account", "acme", "--html", str(page), "--json")
    assert (ran.json["figures"]["total-tickets"], ran.json["figures"]["automation-rate"]) == (4, 0.75)
    shown = deskhand("report", "day", "--account", "acme", "--html", str(mail), "--mail").out
    for part in ("Tickets: 4", "billing: 3 of 4", "What lasted"):
        assert part in shown
    assert "Out of order" not in shown
    assert "<svg" in page.read_text()
    assert "<svg" not in mail.read_text()
    assert "<style" not in mail.read_text()


def test_what_has_changed_this_week(deskhand, desk):
    for week in range(1, 6):
        desk.tell(NOW - week * 7 * DAY - DAY, 20)
        desk.tell(NOW - week * 7 * DAY - DAY, 20, category="orders")
    desk.tell(NOW - DAY, 20)
    desk.tell(NOW - DAY, 20, category="orders")
    desk.tell(NOW - DAY, 25, category="login")
    told = deskhand("report", "drift", "--account", "acme", "--json").json
    assert told["weeks"] == 5
    assert [one["name"] for one in told["types"] if one["kind"]] == ["login"]
    assert "login" in deskhand("report", "drift", "--account", "acme").out


def test_what_it_pays(deskhand, desk, tmp_path):
    desk.tell(NOW - 20 * DAY, 6)
    desk.tell(NOW - 20 * DAY, 4, ours=False, touched=True, agent="a1")
    page = tmp_path / "roi.html"
    arguments = (
        "report",
        "roi",
        "--account",
        "acme",
        "--assume",
        "cost-per-ticket=10",
        "--assume",
        "cost-per-answer=1",
    )
    told = deskhand(*arguments, "--html", str(page), "--json").json
    assert (told["facts"]["held"], told["facts"]["tickets"], told["tier"]) == (6, 10, "best in class")
    assert told["perMonth"]["deflected"] == 60.0
    assert told["perMonth"]["spent"] == 6.0
    assert told["perMonth"]["savingFrom"] == "assumed"
    assert "cost-per-ticket" in page.read_text()


@pytest.mark.parametrize("given", ["hope=1", "cost-per-ticket=a lot", "cost-per-ticket", "setup-once=-1"])
def test_what_cannot_be_assumed_is_named(deskhand, desk, given):
    ran = deskhand("report", "roi", "--account", "acme", "--assume", given)
    assert (ran.code, "--assume" in ran.err) == (2, True)
