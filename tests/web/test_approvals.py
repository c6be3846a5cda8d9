"""The page behind the link in a note: it asks, it saves one press, and it trusts nothing in its address."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.approvals import Approvals
from app.db import accounts, deeds, ids, inbox, runs, visits
from app.db.deeds import Deed
from app.db.models.event import EventRow
from app.db.models.ticket import TicketRow
from app.db.visits import Visit
from app.engine.configuration.steps import Workflow
from app.engine.workflows.types import Progress
from app.web.pages.session import proof
from connectors.types import Level, Ref
from tests.builders import a_classification
from tests.web.conftest import Receiver
from tests.web.vendors import VENDORS

HOSTILE = "<script>alert(1)</script>"
KEY = "dh-1-0-0"


SHOP = "service: shop\nclassification: {categories: [{name: returns}]}\n"
REVIEWED = SHOP.replace("returns", "returns, complianceReview: true")


def configured(receiver: Receiver, text: str) -> None:
    with receiver.services.database.session() as session:
        accounts.configure(session, receiver.account, "shop.yaml", text, datetime.now(UTC))


@pytest.fixture
def proposed(receiver: Receiver) -> str:
    """A link to an effect that waits for approval, without our address in front."""
    configured(receiver, SHOP)
    connection, now = receiver.connect(VENDORS[0]), datetime.now(UTC)
    ticket = ids.ticket(connection, "35436")
    with receiver.services.database.session() as session:
        session.add(TicketRow(id=ticket, connection_id=connection, ref="35436", fence=0, attempts=0, created_at=now))
        session.flush()
        record = runs.Record(
            "",
            ticket,
            receiver.account,
            "returns",
            "m1",
            Progress(Workflow("returns", "returns", ())),
            a_classification(),
        )
        record = runs.begin(session, record, now)
        inputs = {"number": HOSTILE, "items": []}
        new = Deed(KEY, record.id, ticket, receiver.account, "open_return", "shop", inputs, deeds.PROPOSED)
        deeds.add(session, new, now)
    receiver.services.approvals = Approvals(b"key", "https://deskhand.example")
    link = receiver.services.approvals.link(connection, Ref("35436"), KEY, now)
    return link.removeprefix("https://deskhand.example")


def presses(receiver: Receiver) -> list[str]:
    with receiver.services.database.reading() as session:
        return [row.click["action"] for row in session.scalars(select(EventRow)) if row.click]


def test_looking_changes_nothing_and_shows_what_is_asked(receiver: Receiver, proposed: str) -> None:
    page = receiver.client.get(proposed)
    assert page.status_code == 200
    assert "Open a return" in page.text
    assert HOSTILE not in page.text and "&lt;script&gt;" in page.text
    assert presses(receiver) == []
    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_an_answer_is_one_press_and_the_link_works_once(receiver: Receiver, proposed: str) -> None:
    receiver.client.post(proposed, data={"answer": "approve"})
    again = receiver.client.post(proposed, data={"answer": "reject"})
    assert presses(receiver) == ["approve"]
    assert "answered already" in again.text
    assert len(receiver.bells.rung) == 1


def test_while_the_account_is_stopped_it_says_so_and_takes_no_answer(receiver: Receiver, proposed: str) -> None:
    with receiver.services.database.session() as session:
        accounts.stop(session, receiver.account)
    for page in (receiver.client.get(proposed), receiver.client.post(proposed, data={"answer": "approve"})):
        assert ("start it first" in page.text, "<form" in page.text) == (True, False)
    assert presses(receiver) == []


def test_a_press_that_came_to_nothing_may_be_pressed_again(receiver: Receiver, proposed: str) -> None:
    receiver.client.post(proposed, data={"answer": "approve"})
    with receiver.services.database.session() as session:
        inbox.settle(session, [row.id for row in session.scalars(select(EventRow))], "quiet")
    assert "Thank you" in receiver.client.post(proposed, data={"answer": "approve"}).text
    assert presses(receiver) == ["approve", "approve"]


def signed_in(receiver: Receiver, account: str, level: Level) -> str:
    with receiver.services.database.session() as session:
        key = visits.begin(session, Visit(account, "lea", level, "Lea"), datetime.now(UTC))
    receiver.client.set_cookie("deskhand", key)
    return proof(key)


@pytest.mark.parametrize("who", ["nobody", "an agent", "a lead elsewhere", "a forged form"])
def test_what_compliance_reviews_nobody_else_approves(receiver: Receiver, proposed: str, who: str) -> None:
    configured(receiver, REVIEWED)
    csrf = ""
    if who == "an agent":
        csrf = signed_in(receiver, receiver.account, Level.AGENT)
    elif who == "a lead elsewhere":
        with receiver.services.database.session() as session:
            other = accounts.add(session, "other", datetime.now(UTC)).id
        csrf = signed_in(receiver, other, Level.LEAD)
    elif who == "a forged form":
        signed_in(receiver, receiver.account, Level.LEAD)
    page = receiver.client.get(proposed)
    assert ("Compliance reviews this" in page.text) is (who != "a forged form")
    assert receiver.client.post(proposed, data={"answer": "approve", "csrf": csrf}).status_code == 403
    assert presses(receiver) == []
    receiver.client.post(proposed, data={"answer": "reject"})
    assert presses(receiver) == ["reject"], "anybody may have less done"


def test_what_compliance_reviews_a_lead_approves_by_name(receiver: Receiver, proposed: str) -> None:
    configured(receiver, REVIEWED)
    csrf = signed_in(receiver, receiver.account, Level.LEAD)
    assert f'value="{csrf}"' in receiver.client.get(proposed).text
    receiver.client.post(proposed, data={"answer": "approve", "csrf": csrf})
    with receiver.services.database.reading() as session:
        (click,) = [row.click for row in session.scalars(select(EventRow)) if row.click]
    assert (click["person"]["id"], click["level"]) == ("lea", "lead")


def test_a_link_that_was_changed_or_is_too_old_opens_nothing(receiver: Receiver, proposed: str) -> None:
    assert receiver.client.get(f"{proposed}x").status_code == 404
    body, _, signature = proposed.rpartition(".")
    assert receiver.client.post(f"{body}A.{signature}", data={"answer": "approve"}).status_code == 404
    old = receiver.services.approvals.link("c", Ref("t"), KEY, datetime.now(UTC) - timedelta(days=4))
    assert receiver.client.get(old.removeprefix("https://deskhand.example")).status_code == 410
    assert presses(receiver) == []


def test_another_answer_than_the_two_is_none(receiver: Receiver, proposed: str) -> None:
    assert receiver.client.post(proposed, data={"answer": "maybe"}).status_code == 400
    assert presses(receiver) == []


def test_without_a_public_address_there_is_no_link() -> None:
    assert Approvals(b"key", "").link("c", Ref("t"), KEY, datetime.now(UTC)) == ""
