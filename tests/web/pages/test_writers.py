"""Every writer of a category is shown with what it proved and what is missing, and promoted for itself, whoever was judged last."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db import lessons
from app.engine.evidence import digest
from app.engine.lessons import Learned, Lesson
from app.engine.policy import judged_on
from app.engine.types import Draft
from app.engine.workflows.limits import author
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.settled import decide, publish
from tests.web.pages.signing import SignsIn
from tests.web.pages.test_settings_shown import WHOLE

NOW = datetime.now(UTC)


@pytest.fixture
def shop(receiver: Receiver) -> Receiver:
    """A category in which a workflow proved much, and another writer, judged since, very little."""
    publish(receiver, WHOLE)
    services = receiver.services
    id = decide(receiver, 1)
    with services.database.reading() as session:
        settled = services.configuration(receiver.account, session)
    classifier = services.classifier(receiver.account).version
    flow = settled.workflows["order-status"]
    other = judged_on(classifier, Draft("", (), (), "quote-1"), services.knowledge(receiver.account).version, settled)
    with services.database.session() as session:
        teach(
            session,
            receiver,
            [f"flow-{n}" for n in range(400)],
            digest(classifier, author(flow), "", settled.digest),
            NOW,
        )
        teach(session, receiver, [id], other, NOW + timedelta(seconds=1))
    return receiver


def teach(session, receiver: Receiver, decisions: list[str], digest: str, at: datetime, people: int = 4) -> None:
    for number, one in enumerate(decisions):
        told = Learned(
            decision=one,
            ticket_id="ticket-1",
            account=receiver.account,
            category="order-status",
            action="reply",
            digest=digest,
            lesson=Lesson.KEPT,
            by=f"agent-{number % people}",
            at=at,
        )
        lessons.save(session, told)


def test_each_writer_has_its_own_proof_and_its_own_button(shop: Receiver, signed_in: SignsIn) -> None:
    name = shop.services.configuration(shop.account).workflows["order-status"].name
    text = signed_in(Level.LEAD).get("/app/categories").text
    mine = text.partition('id="c-order-status"')[2].partition("</section>")[0]
    other, workflow = mine.partition(f"Workflow {name}")[::2]
    assert "What a model words" in other and "What is missing" in other and "Promote" not in other
    assert "What is missing" not in workflow and f'name="writer" value="{name}"' in workflow and "Promote" in workflow


def test_where_one_person_judged_that_is_said(shop: Receiver, signed_in: SignsIn) -> None:
    before = signed_in(Level.VIEWER).get("/app/categories").text
    assert before.count("judged by one person") == 1, "the one judgement of the other writer"
    with shop.services.database.session() as session:
        flow = shop.services.configuration(shop.account, session).workflows["order-status"]
        made = digest(
            shop.services.classifier(shop.account).version,
            author(flow),
            "",
            shop.services.configuration(shop.account, session).digest,
        )
        teach(session, shop, [f"more-{n}" for n in range(300)], made, NOW + timedelta(minutes=1), people=1)
    assert signed_in(Level.VIEWER).get("/app/categories").text.count("judged by one person") == 2


def test_one_that_was_not_judged_last_is_promoted_and_the_other_is_not(shop: Receiver, signed_in: SignsIn) -> None:
    name = shop.services.configuration(shop.account).workflows["order-status"].name
    lead = signed_in(Level.LEAD)
    assert "stays with people" in lead.post("/app/categories/order-status/promote", {"writer": "model"}).text
    answer = lead.post("/app/categories/order-status/promote", {"writer": name})
    assert "may answer by itself" in answer.text
    mine = answer.text.partition('id="c-order-status"')[2].partition("</section>")[0]
    assert mine.count("Promoted: its answers go out") == 1
    assert lead.post("/app/categories/order-status/promote", {"writer": "nobody"}).status_code == 404
