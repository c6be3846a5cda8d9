"""What was told is dealt with once: who waited goes on, who may be reached is reached in a ticket that only the team reads."""

from datetime import timedelta
from typing import Any

import pytest

from app.db import ids, judgements, runs, signals
from app.db.signals import SITE, Told
from connectors.types import Click, EventKind, Note, Reply
from jobs import signals as job
from tests.flows.played import AGENT, Vendor
from tests.flows.stage import CONFIGURATION, Stage

WINDOW = CONFIGURATION.replace(
    "channels: [{type: email, address: help@shop.example}]",
    """channels:
  - {type: email, address: help@shop.example}
  - type: chat
    widget:
      proactive:
        triggers: [{condition: 'timeOnPage > 30 && !chatStarted', message: 'Need help finding something?'}]""",
)
FACTS = {"timeOnPage": 45, "chatStarted": False}


@pytest.fixture
def desk(stage: Stage) -> tuple[str, Vendor]:
    stage.configure(WINDOW)
    stage.bells.signals = lambda account: stage.bells.asked.append(("signals", account))
    return stage.connect("desk")


def tell(stage: Stage, delivery: str = "s1", kind: str = "page", source: str = SITE, **changes: Any) -> None:
    values = {"email": "ana@customer.example", "name": "Ana", "timezone": "", "facts": FACTS} | changes
    about = changes.pop("about", "checkout")
    told = Told(delivery, kind, stage.time, about, values["email"], values)
    with stage.database.session() as session:
        signals.accept(session, stage.account.id, source, [told], stage.time)


def outcomes(stage: Stage) -> list[tuple[str, str]]:
    with stage.database.reading() as session:
        rows = session.execute(signals.select(signals.SignalRow).order_by(signals.SignalRow.id)).scalars()
        return [(row.state, row.outcome) for row in rows]


def deal(stage: Stage) -> None:
    job.deal(stage.services, stage.account.id)


def test_a_trigger_opens_a_ticket_that_only_the_team_reads_and_asks_nobody_else(stage, desk) -> None:
    connection, vendor = desk
    tell(stage)
    deal(stage)
    (held,) = vendor.tickets.values()
    assert outcomes(stage) == [("done", "opened")]
    assert "deskhand_proactive" in held.tags
    assert not [change for _, change in held.log if isinstance(change, Reply)]
    with stage.database.reading() as session:
        (run,) = runs.of_ticket(session, ids.ticket(connection, held.id))
    assert run.progress.workflow.name == "proactive"


def test_it_is_opened_once_when_the_answer_was_lost(stage, desk) -> None:
    _, vendor = desk
    vendor.faults = ["reset-after"]
    tell(stage)
    deal(stage)
    assert outcomes(stage) == [("opening", "")]
    deal(stage)
    assert outcomes(stage) == [("done", "opened")]
    assert len(vendor.tickets) == 1


def test_dealing_twice_changes_nothing(stage, desk) -> None:
    _, vendor = desk
    tell(stage)
    deal(stage)
    deal(stage)
    assert len(vendor.tickets) == 1


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"facts": {"timeOnPage": 45, "chatStarted": True}}, "no_trigger"),
        ({"facts": {}}, "no_trigger"),
        ({"timezone": "Asia/Tokyo"}, "night"),
    ],
)
def test_who_may_not_be_reached_is_not(stage, desk, changes: dict, outcome: str) -> None:
    tell(stage, **changes)
    deal(stage)
    assert outcomes(stage) == [("done", outcome)]
    assert desk[1].tickets == {}


def test_a_person_is_reached_once_a_day(stage, desk) -> None:
    tell(stage, "s1")
    tell(stage, "s2", email="ANA@customer.example")
    deal(stage)
    assert [outcome for _, outcome in outcomes(stage)] == ["opened", "budget"]
    stage.pass_time(25 * 3600)
    tell(stage, "s3")
    deal(stage)
    assert outcomes(stage)[-1] == ("done", "opened")


def test_repeated_errors_are_counted_here_too(stage, desk) -> None:
    for n in range(6):
        tell(stage, f"e{n}", "error", facts={}, about="export")
        deal(stage)
    assert [outcome for _, outcome in outcomes(stage)] == ["no_trigger"] * 5 + ["opened"]


def test_without_a_helpdesk_nobody_is_reached(stage) -> None:
    stage.configure(WINDOW)
    tell(stage)
    deal(stage)
    assert outcomes(stage) == [("done", "no_host")]


def test_news_that_nobody_waits_for_yet_is_kept_a_while(stage, desk) -> None:
    tell(stage, "w1", "issue.resolved", source="c-jira", about="SUPPORT-1")
    tell(stage, "w2", "issue.changed", source="c-jira", about="SUPPORT-1")
    deal(stage)
    assert outcomes(stage) == [("unheard", "nobody"), ("done", "nobody")]
    stage.pass_time(timedelta(days=8).total_seconds())
    with stage.database.reading() as session:
        assert signals.accounts(session, stage.time - job.WAITS) == []


def test_the_account_is_rung_for_while_something_waits(stage, desk) -> None:
    tell(stage)
    job.sweep(stage.services)
    assert ("signals", stage.account.id) in stage.bells.asked
    deal(stage)
    stage.bells.asked.clear()
    job.sweep(stage.services)
    assert stage.bells.asked == []


def test_the_words_go_through_the_gate_as_a_draft_that_a_person_sends(stage, desk) -> None:
    connection, vendor = desk
    tell(stage)
    deal(stage)
    for _ in range(3):
        stage.pass_time(2)
        job.workflow.sweep(stage.services)
        stage.deliver(connection, vendor)
        stage.work()
    (held,) = vendor.tickets.values()
    notes = [change.text for _, change in held.log if isinstance(change, Note)]
    assert any("Need help finding something?" in text for text in notes)
    assert not [change for _, change in held.log if isinstance(change, Reply)]
    with stage.database.reading() as session:
        decision = judgements.latest(session, ids.ticket(connection, held.id))
    vendor.knock(held.id, EventKind.CLICK, click=Click("share", decision.id, AGENT))
    stage.deliver(connection, vendor)
    stage.work()
    (reply,) = [change for _, change in held.log if isinstance(change, Reply)]
    assert "Need help finding something?" in reply.text
