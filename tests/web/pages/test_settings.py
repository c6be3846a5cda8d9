"""The lead's pages: overview and switch, categories, decisions, configuration. Over the web, on a real database."""

from datetime import UTC, datetime
from html import unescape

import pytest

from app.db import accounts, effects, errands, lessons
from app.db.effects import Planned
from app.db.models.ticket import TicketRow
from app.engine.lessons import Learned, Lesson
from app.engine.policy import judged_on
from app.engine.types import Draft, Mode
from connectors.types import Level, Ref, Tag
from tests.texts import without_ids
from tests.web.conftest import Receiver
from tests.web.pages.settled import CONFIGURATION, HOSTILE, decide, in_force, publish
from tests.web.pages.signing import SignsIn


@pytest.fixture
def shop(receiver: Receiver) -> Receiver:
    """With a configuration in force."""
    publish(receiver)
    return receiver


PLACES = (
    *("overview", "setup", "decisions", "categories", "configuration", "knowledge"),
    *("workflows", "messages", "promises", "figures", "connections", "people", "compliance"),
)
WORSE = "service: Shop\nclassification:\n  categories:\n    - name: order-status\n      keywordz: [x]\n"


@pytest.mark.parametrize("place", PLACES)
def test_every_page_opens_also_before_anything_is_set_up(receiver: Receiver, signed_in: SignsIn, place: str) -> None:
    answer = signed_in(Level.LEAD).get(f"/app/{place}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


def test_nobody_is_offered_what_they_may_not_do(shop: Receiver, signed_in: SignsIn) -> None:
    seen = {level: signed_in(level).get("/app/overview").text for level in Level}
    assert "Stop everything" in seen[Level.LEAD] and "Stop everything" not in seen[Level.AGENT]
    assert "/app/configuration" in seen[Level.LEAD] and "/app/configuration" not in seen[Level.VIEWER]
    assert "<select" not in signed_in(Level.VIEWER).get("/app/categories").text


# --- the switch --------------------------------------------------------------------------------------------------


def test_one_switch_stops_everything_and_keeps_the_settings(shop: Receiver, signed_in: SignsIn) -> None:
    lead, before = signed_in(Level.LEAD), in_force(shop)

    def stopped() -> bool:
        with shop.services.database.reading() as session:
            return accounts.find(session, shop.account).stopped

    assert lead.post("/app/switch", {"stop": "yes"}).status_code == 303
    assert stopped()
    assert "Everything is stopped" in lead.get("/app/overview").text
    lead.post("/app/switch", {"stop": "no"})
    assert not stopped()
    assert in_force(shop) == before


# --- categories --------------------------------------------------------------------------------------------------


def test_a_mode_is_switched_by_a_version_that_keeps_every_remark(shop: Receiver, signed_in: SignsIn) -> None:
    answer = signed_in(Level.LEAD).post("/app/categories/billing/mode", {"mode": "shadow", "version": "1"})
    assert "billing is set to shadow" in answer.text
    now = in_force(shop)
    assert (now.version, now.by) == (2, "Ada")
    assert "# ours" in now.text
    assert shop.services.configuration(shop.account).mode("billing")[0] is Mode.SHADOW


@pytest.mark.parametrize(("mode", "status"), [("everything", 400), ("", 400), ("off", 409)])
def test_a_mode_that_is_none_or_comes_late_changes_nothing(
    shop: Receiver,
    signed_in: SignsIn,
    mode: str,
    status: int,
) -> None:
    publish(shop)
    answer = signed_in(Level.LEAD).post("/app/categories/billing/mode", {"mode": mode, "version": "1"})
    assert answer.status_code == status
    assert in_force(shop).version == 2


def test_a_category_that_is_not_the_accounts_is_not_there(shop: Receiver, signed_in: SignsIn) -> None:
    lead = signed_in(Level.LEAD)
    assert lead.post("/app/categories/nothing/mode", {"mode": "off", "version": "1"}).status_code == 404
    assert lead.post("/app/categories/nothing/promote").status_code == 404


def test_without_proof_nobody_promotes_and_every_try_is_kept(shop: Receiver, signed_in: SignsIn) -> None:
    answer = signed_in(Level.LEAD).post("/app/categories/billing/promote")
    assert "billing stays with people" in answer.text
    with shop.services.database.reading() as session:
        assert lessons.ASKED in [step.kind for step in lessons.history(session, shop.account)]


def test_what_people_proved_is_promoted_by_a_person(shop: Receiver, signed_in: SignsIn) -> None:
    services = shop.services
    id = decide(shop, 1, "billing")
    with services.database.reading() as session:
        configuration = services.configuration(shop.account, session)
    drafted = Draft("", (), (), "quote-1")
    digest = judged_on(
        services.classifier(shop.account).version, drafted, services.knowledge(shop.account).version, configuration
    )
    with services.database.session() as session:
        for number in range(400):
            one = id if number == 399 else f"old-{number}"
            taught = Learned(
                decision=one,
                ticket_id="ticket-1",
                account=shop.account,
                category="billing",
                action="reply",
                digest=digest,
                lesson=Lesson.KEPT,
                by=f"agent-{number % 4}",
                at=datetime.now(UTC),
            )
            lessons.save(session, taught)
    lead = signed_in(Level.LEAD)
    assert "Promote billing" in lead.get("/app/categories").text
    answer = lead.post("/app/categories/billing/promote")
    assert "may answer by itself" in answer.text
    assert "Promoted: its answers go out" in answer.text
    assert "Deskhand answers" not in answer.text, "the mode does not ask for it yet"


# --- decisions ---------------------------------------------------------------------------------------------------


def test_decisions_are_found_by_what_people_remember(shop: Receiver, signed_in: SignsIn) -> None:
    for number, category in enumerate(("order-status", "billing", "billing")):
        decide(shop, number, category)
    agent = signed_in(Level.AGENT)

    def found(**query: str) -> int:
        return agent.get("/app/decisions", query_string=query).text.count("/app/decisions/one?id=")

    assert found() == 3
    assert found(ticket="4701") == 1
    assert found(category="billing") == 2
    assert found(mode="assist") == 3
    assert found(mode="resolve") == 0
    assert found(reason="mode_") == 3
    assert found(days="junk") == 3


def test_what_customers_and_pages_wrote_is_shown_as_text(shop: Receiver, signed_in: SignsIn) -> None:
    id, agent = decide(shop, 1), signed_in(Level.AGENT)
    for answer in (
        agent.get("/app/decisions/one", query_string={"id": id}),
        agent.get("/app/decisions", query_string={"ticket": HOSTILE, "category": HOSTILE}),
    ):
        assert answer.status_code == 200
        assert HOSTILE not in answer.text
        assert "javascript:" not in answer.text
    assert HOSTILE in unescape(agent.get("/app/decisions/one", query_string={"id": id}).text)


def test_another_accounts_decision_is_not_there(shop: Receiver, signed_in: SignsIn) -> None:
    id = decide(shop, 1)
    with shop.services.database.session() as session:
        other = accounts.add(session, "other", datetime.now(UTC)).id
    stranger = signed_in(Level.ADMIN, account=other)
    assert stranger.get("/app/decisions/one", query_string={"id": id}).status_code == 404
    assert "4701" not in without_ids(stranger.get("/app/decisions").text)
    assert stranger.get("/app/decisions/one").status_code == 404


def test_what_a_decision_changed_is_taken_back_once_by_whoever_may_in_the_sidebar(
    shop: Receiver, signed_in: SignsIn
) -> None:
    id = decide(shop, 1)
    with shop.services.database.session() as session:
        connection = session.get(TicketRow, "ticket-1").connection_id
        batch = Planned(f"{id}:n", connection, Ref("4701"), (Tag(("order",)),), id)
        effects.plan(session, "ticket-1", [batch], datetime.now(UTC))
        session.connection().exec_driver_sql("update effect set state='sent'")
    agent = signed_in(Level.AGENT)
    assert "Take back what was changed" in agent.get("/app/decisions/one", query_string={"id": id}).text
    assert "It is being taken back" in agent.post("/app/decisions/undo", {"id": id}).text
    assert "nothing left to take back" in agent.post("/app/decisions/undo", {"id": id}).text
    with shop.services.database.reading() as session:
        assert [one.by for one in errands.of_account(session, shop.account)] == ["Ada"]


# --- configuration -----------------------------------------------------------------------------------------------


def sent(text: str, base: int = 1) -> dict[str, str]:
    return {"text": text, "base": str(base), "name": "shop.yaml"}


def test_it_is_checked_as_somebody_types(shop: Receiver, signed_in: SignsIn) -> None:
    lead = signed_in(Level.LEAD)
    part = lead.post("/app/configuration/check", sent(WORSE))
    assert "Line 5" in part.text and "keywordz" in part.text
    assert "<html" not in part.text
    assert "It can be published" in lead.post("/app/configuration/check", sent(CONFIGURATION)).text


def test_what_is_wrong_is_not_published_and_comes_back_as_it_was_typed(shop: Receiver, signed_in: SignsIn) -> None:
    answer = signed_in(Level.LEAD).post("/app/configuration/publish", sent(WORSE + "# my remark"))
    assert answer.status_code == 400
    assert "# my remark" in answer.text
    assert in_force(shop).version == 1


def test_what_is_right_is_published_with_its_author(shop: Receiver, signed_in: SignsIn) -> None:
    text = CONFIGURATION.replace("0.9", "0.95")
    answer = signed_in(Level.LEAD).post("/app/configuration/publish", sent(text.replace("\n", "\r\n")))
    assert "Version 2 is in force" in answer.text
    now = in_force(shop)
    assert (now.version, now.text, now.by) == (2, text, "Ada")


def test_of_two_who_edit_at_once_neither_loses_a_word(shop: Receiver, signed_in: SignsIn) -> None:
    mine, theirs = CONFIGURATION.replace("0.9", "0.95"), CONFIGURATION.replace("[invoice, refund]", "[invoice]")
    lead = signed_in(Level.LEAD)
    lead.post("/app/configuration/publish", sent(theirs))
    answer = lead.post("/app/configuration/publish", sent(mine))
    assert answer.status_code == 409
    assert in_force(shop).text == theirs
    assert unescape(answer.text).count(mine.strip()) == 1
    assert "Somebody published version 2" in answer.text
    assert 'name="base" value="2"' in answer.text


def test_a_session_that_ended_gives_back_what_was_typed(shop: Receiver) -> None:
    answer = shop.client.post("/app/configuration/publish", data=sent("service: Mine # hours of work"))
    assert answer.status_code == 401
    assert "service: Mine # hours of work" in answer.text


def test_it_is_compared_with_what_is_in_force(shop: Receiver, signed_in: SignsIn) -> None:
    part = signed_in(Level.LEAD).post("/app/configuration/compare", sent(CONFIGURATION.replace("0.9", "0.5")))
    assert '<code class="cut">-      confidence: 0.9</code>' in part.text
    assert '<code class="add">+      confidence: 0.5</code>' in part.text


def test_it_is_tried_on_old_decisions_before_it_is_published(shop: Receiver, signed_in: SignsIn) -> None:
    for number, (category, p) in enumerate((("billing", 0.92), ("billing", 0.97), ("order-status", 0.93))):
        decide(shop, number, category, p)
    lead = signed_in(Level.LEAD)
    part = lead.post("/app/configuration/replay", sent(CONFIGURATION.replace("0.9", "0.95")))
    assert "Weighed on 3 of 3 decisions" in part.text
    assert "1 of 3</strong> would be asked" in part.text and "4700" in part.text and "Not weighed here" not in part.text
    assert "Nothing would be asked for otherwise" in lead.post("/app/configuration/replay", sent(CONFIGURATION)).text
    assert in_force(shop).version == 1


def test_an_older_version_is_opened_and_published_over_the_newest(shop: Receiver, signed_in: SignsIn) -> None:
    publish(shop, CONFIGURATION.replace("Shop", "Store"))
    lead = signed_in(Level.LEAD)
    page = lead.get("/app/configuration", query_string={"version": "1"})
    assert "service: Shop" in page.text and 'name="base" value="2"' in page.text
    lead.post("/app/configuration/publish", sent(CONFIGURATION, base=2))
    assert (in_force(shop).version, in_force(shop).text) == (3, CONFIGURATION)


def test_a_broken_text_never_breaks_the_page(shop: Receiver, signed_in: SignsIn) -> None:
    lead = signed_in(Level.LEAD)
    for text in ("", "]", "a: " * 5000, "\x00", HOSTILE, "&a [*a]", "{" * 2000):
        for place in ("check", "compare", "replay", "publish"):
            answer = lead.post(f"/app/configuration/{place}", sent(text))
            assert answer.status_code in (200, 400), (place, text[:20])
            assert HOSTILE not in answer.text


@pytest.mark.parametrize("days", ["9" * 5000, "0", "-1", "x", "٣٠", "1e9"])
def test_days_that_are_none_are_the_usual_ones(shop: Receiver, signed_in: SignsIn, days: str) -> None:
    assert signed_in(Level.AGENT).get("/app/decisions", query_string={"days": days}).status_code == 200
