"""What the lead's pages show once there is something: workflows, messages, hours, figures, articles, people, connections."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.db import articles, connections, stories, visits
from app.db.visits import Visit
from app.engine.configuration.steps import Step, Workflow
from app.engine.hours import USUAL
from app.engine.outcomes import Story
from app.web.pages.pictures import bars, flow, spaced, week
from connectors.types import Article, Level
from tests.web.conftest import Receiver
from tests.web.pages.settled import CONFIGURATION, HOSTILE, decide, publish
from tests.web.pages.signing import SignsIn
from tests.web.vendors import VENDORS

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
WHOLE = (
    CONFIGURATION
    + """autoResponse:
  orderStatus:
    workflow:
      - action: extractOrderNumber
        source: [email]
      - action: cancelOrder
        condition: 'sentiment < -0.5'
      - action: respondWithStatus
        template: order-status-template
escalation:
  businessHours:
    timezone: America/Los_Angeles
    schedule:
      weekdays: 9:00-17:00
      saturday: 10:00-14:00
  sla:
    urgent: 1h
    normal: 24h
"""
)


@pytest.fixture
def shop(receiver: Receiver) -> Receiver:
    publish(receiver, WHOLE)
    return receiver


def test_a_workflow_is_a_picture_and_the_same_in_words(shop: Receiver, signed_in: SignsIn) -> None:
    page = signed_in(Level.VIEWER).get("/app/workflows").text
    assert 'aria-label="A ticket comes, then Extract order number, then Cancel order' in page
    assert page.count('class="effect"') == 1
    assert page.count("marker-end") == 4
    assert "if sentiment &lt; -0.5" in page


def test_a_flow_of_any_length_fits_and_every_arrow_joins_two_boxes() -> None:
    for length in range(12):
        steps = tuple(Step(f"s{n}", "fetchOrderStatus", {"api": "x" * 99}) for n in range(length))
        picture = flow(Workflow("w", "orders", steps), {})
        assert len(picture.boxes) == length + 2
        assert len(picture.arrows) == length + 1
        assert all(0 <= box.x <= picture.width - 190 and 0 <= box.y <= picture.height - 62 for box in picture.boxes)
        assert all((a.x, a.y) != (b.x, b.y) for a, b in pairwise(picture.boxes))
        assert all(len(line) <= 30 for box in picture.boxes for line in box.lines)


@pytest.mark.parametrize(
    ("name", "words"), [("fetchOrderStatus", "Fetch order status"), ("log-access", "Log access"), ("", "")]
)
def test_names_are_said_as_people_say_them(name: str, words: str) -> None:
    assert spaced(name) == words


def test_hours_are_drawn_day_by_day(shop: Receiver, signed_in: SignsIn) -> None:
    page = signed_in(Level.VIEWER).get("/app/promises").text
    assert "monday-friday 9:00-17:00; saturday 10:00-14:00 America/Los_Angeles" in page
    assert page.count('class="open"') == 6
    assert "<td>urgent</td>" in page
    assert all(0 <= start < 1 and start + length <= 1 for _, spans in week(USUAL) for start, length in spans)


def test_messages_are_shown_as_each_channel_would_show_them(shop: Receiver, signed_in: SignsIn) -> None:
    viewer = signed_in(Level.VIEWER)
    page = viewer.get("/app/messages").text
    assert all(f"<h2>{label}</h2>" in page for label in ("Mail", "Chat", "Text message", "Thread", "Spoken"))
    odd = viewer.get("/app/messages", query_string={"name": HOSTILE, "language": HOSTILE})
    assert odd.status_code == 200 and HOSTILE not in odd.text


def test_figures_are_counted_and_drawn_without_tests(shop: Receiver, signed_in: SignsIn) -> None:
    now = datetime.now(UTC)
    told = [
        Story(
            f"ticket-{n}",
            f"p{n}",
            "order-status",
            "order-status",
            now - timedelta(hours=n),
            answered_at=now,
            ours=n == 0,
            solved_at=now,
            test=n == 3,
        )
        for n in range(4)
    ]
    for n in range(4):
        decide(shop, n)
    with shop.services.database.session() as session:
        for story in told:
            stories.keep(session, shop.account, story)
    page = signed_in(Level.VIEWER).get("/app/figures", query_string={"days": "7"}).text
    assert "<strong>3</strong><span>tickets</span>" in page
    assert "<strong>33 %</strong>" in page
    assert page.count("<rect") == 14
    for days in ("0", "-1", "x", "99999"):
        assert signed_in(Level.VIEWER).get("/app/figures", query_string={"days": days}).status_code == 200


def test_figures_that_nobody_knows_are_a_dash(shop: Receiver, signed_in: SignsIn) -> None:
    page = signed_in(Level.VIEWER).get("/app/figures").text
    assert page.count("<strong>\u2013</strong>") == 4
    assert "<strong>0</strong><span>tickets</span>" in page
    assert "0 %" not in page


def test_bars_stay_inside_their_picture() -> None:
    told = [Story(f"t{n}", "", "", "", NOW - timedelta(days=n % 3)) for n in range(50)]
    shape = bars(told, NOW, 7)
    assert [bar.total for bar in shape.bars] == [0, 0, 0, 0, 16, 17, 17]
    assert all(0 <= bar.y <= shape.height and 0 <= bar.x <= shape.width - shape.each for bar in shape.bars)
    assert all(bar.y == 160 for bar in bars([], NOW, 30).bars)


def test_sources_are_counted_by_where_they_are_from(shop: Receiver, signed_in: SignsIn) -> None:
    connection, at = shop.connect(VENDORS[0]), datetime.now(UTC)
    pages = [Article(f"a{n}", HOSTILE, "Two days.", "https://x.example", "en", n == 0, at) for n in range(3)]
    with shop.services.database.session() as session:
        articles.upsert(session, shop.account, connection, pages, at)
    page = signed_in(Level.VIEWER).get("/app/knowledge").text
    assert f'<td>{VENDORS[0].name.capitalize()}</td><td class="number">3</td><td class="number">1</td>' in page


def test_a_proposal_that_is_not_there_is_not_ruled_on(shop: Receiver, signed_in: SignsIn) -> None:
    lead = signed_in(Level.LEAD)
    for form in ({"gap": "none", "ruling": "approve"}, {"gap": "none", "ruling": "burn"}, {}):
        assert lead.post("/app/knowledge/rule", form).status_code == 404


def test_an_admin_sends_somebody_out(shop: Receiver, signed_in: SignsIn) -> None:
    admin, bo = signed_in(Level.ADMIN), shop.client.application.test_client()
    with shop.services.database.session() as session:
        bo.set_cookie(
            "deskhand", visits.begin(session, Visit(shop.account, "u2", Level.AGENT, "Bo"), datetime.now(UTC))
        )
    assert "Bo" in admin.get("/app/people").text
    admin.post("/app/people/out", {"person": "u2"})
    assert bo.get("/app/overview").status_code == 401
    assert admin.get("/app/overview").status_code == 200
    admin.post("/app/people/out", {"person": ""})
    assert admin.get("/app/overview").status_code == 200


def test_a_connection_is_ended_here_and_its_reason_was_shown(shop: Receiver, signed_in: SignsIn) -> None:
    admin, id = signed_in(Level.ADMIN), shop.connect(VENDORS[0])
    with shop.services.database.session() as session:
        connections.pause(session, id, "the token was revoked")
    assert "the token was revoked" in admin.get("/app/connections").text
    assert "the token was revoked" in admin.get("/app/overview").text
    assert signed_in(Level.LEAD).post(f"/app/connections/{id}/remove").status_code == 403
    assert "Zendesk is disconnected" in admin.post(f"/app/connections/{id}/remove").text
    assert "Nothing is connected yet" in admin.get("/app/connections").text
