"""What people's answers teach about categories and about the knowledge, as a ticket's turn hears it."""

import pytest

from app.db import accounts, articles, examples, gaps
from app.engine.gaps import Kind
from app.kb.gaps import ORIGIN, publish
from tests.flows.stage import CONFIGURATION, QUESTION, Stage
from tests.jobs.test_learn import Desk

MORE = "Open Your orders to track a parcel: where it is shows there. Parcels to the islands take one week longer."
TWO = CONFIGURATION.replace("modes:", "    - {name: billing, keywords: [invoice], confidence: 0.5}\nmodes:")


@pytest.fixture
def desk(stage: Stage) -> Desk:
    with stage.database.session() as session:
        accounts.configure(session, stage.account.id, "shop.yaml", TWO, stage.time)
    return Desk(stage)


def taught(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.stage.database.reading() as session:
        every = examples.every(session, desk.stage.account.id)
    assert all(one.text.startswith(QUESTION) for one in every)
    return [(one.label, one.by, one.feedback) for one in every]


def test_a_question_whose_draft_stood_is_an_example_of_its_category(desk: Desk) -> None:
    ticket = desk.ask()
    desk.answer(ticket, desk.draft(ticket))
    assert taught(desk) == [("order-status", "a1", "positive")]
    desk.answer(ticket, "One more thing: something else entirely.")
    assert len(taught(desk)) == 1


def test_another_answer_says_nothing_about_the_category_whatever_we_tagged(desk: Desk) -> None:
    ticket = desk.ask()
    assert "deskhand_order-status" in desk.vendor.tickets[ticket].tags
    desk.answer(ticket, "We are closed on Mondays, sorry.")
    assert taught(desk) == []


def test_who_files_it_elsewhere_teaches_that(desk: Desk) -> None:
    ticket = desk.ask()
    desk.vendor.tickets[ticket].tags.add("billing")
    desk.answer(ticket, "That was the invoice, which we have sent again.")
    assert taught(desk) == [("billing", "a1", "needs-improvement")]


def test_what_people_say_again_and_again_is_proposed_and_becomes_knowledge_when_approved(desk: Desk) -> None:
    stage = desk.stage
    for number in range(3):
        desk.answer(desk.ask(), MORE)
        with stage.database.session() as session:
            found = gaps.find(session, stage.account.id, stage.time)
        assert len(found) == (number == 2)
    (gap,) = found
    assert (gap.proposal.kind, len(gap.proposal.decisions)) == (Kind.ADDITION, 3)
    assert "islands take one week longer" in gap.proposal.proposed
    with stage.database.session() as session:
        ruled = gaps.rule(session, stage.account.id, gap.proposal.id, gaps.APPROVED, "ada", stage.time)
        before = articles.version(session, stage.account.id)
        publish(session, stage.account.id, ruled.proposal, stage.time)
        assert articles.version(session, stage.account.id) != before
        assert ORIGIN in articles.origins(session, stage.account.id)
        assert gaps.find(session, stage.account.id, stage.time) == []
        with pytest.raises(gaps.NoSuchGap):
            gaps.rule(session, stage.account.id, gap.proposal.id, gaps.REJECTED, "bob", stage.time)


def test_nothing_personal_of_an_answer_is_kept(desk: Desk) -> None:
    desk.answer(desk.ask(), "Please write to ana.silva@customer.example about the parcel of the islands.")
    with desk.stage.database.reading() as session:
        rows = session.connection().exec_driver_sql("select body from difference").all()
    assert rows
    assert not any("ana.silva" in str(row) for row in rows)
