"""Experiments and limits in a ticket's turn: who is drawn stays, people alone get no draft, and an end is an end."""

from datetime import timedelta
from typing import Any

import pytest

from app import promoting
from app.db import accounts, effects, ids, judgements, lessons, stories, trials
from app.db.effects import Planned
from app.engine.configuration.trials import HUMAN
from app.engine.lessons import Learned, Lesson
from app.engine.outcomes import Story
from app.engine.types import Mode
from app.trying import looked
from connectors.types import Note, Ref, Reply
from jobs import ticket
from tests.builders import a_person
from tests.flows.stage import CONFIGURATION, QUESTION, Stage
from tests.flows.store import delivered
from tests.jobs.test_learn import Desk
from tests.jobs.workflows import CONFIGURATION as WORKFLOWS
from tests.jobs.workflows import RETURN, Play

TRIAL = """
experiments:
  - {name: alone, human: 0.999, variants: {A: {}}, duration: 14-days}
"""
GREETED = TRIAL.replace("human: 0.999, ", "").replace("{A: {}}", "{A: {greeting: Ahoy}, B: {greeting: Ahoy}}")


def configured(stage: Stage, more: str) -> Desk:
    with stage.database.session() as session:
        accounts.configure(session, stage.account.id, "shop.yaml", CONFIGURATION + more, stage.time)
    return Desk(stage)


def arms(stage: Stage) -> dict[str, str]:
    (experiment,) = stage.services.configuration(stage.account.id).experiments
    with stage.database.reading() as session:
        return trials.arms(session, stage.account.id, experiment, stage.time - timedelta(days=1))


def test_people_alone_get_the_ticket_without_a_draft(stage: Stage) -> None:
    desk = configured(stage, TRIAL)
    stage.earn()
    ticket = desk.ask()
    assert list(arms(stage).values()) == [HUMAN]
    log = [change for _, change in desk.vendor.tickets[ticket].log]
    assert any(isinstance(change, Note) for change in log)
    assert not any(isinstance(change, Reply) for change in log)
    assert desk.draft(ticket) == ""


def test_where_people_answer_alone_no_workflow_does_anything_by_itself(stage: Stage) -> None:
    play = Play(stage, delivered(), mode="resolve", text=WORKFLOWS + TRIAL)
    play.prove("create_label", "open_return")
    play.writes(RETURN)
    assert play.replies == []
    assert play.shop.log == []
    assert play.deeds == [("create_label", "proposed")]


def test_an_arm_answers_in_its_own_way_and_its_evidence_is_its_own(stage: Stage) -> None:
    stage_earned = configured(stage, "")
    stage.earn()
    ticket = stage_earned.ask()
    assert any(isinstance(change, Reply) for _, change in stage_earned.vendor.tickets[ticket].log)
    desk = configured(stage, GREETED)
    other = desk.ask()
    assert desk.draft(other).startswith("Ahoy")
    assert not any(isinstance(change, Reply) for _, change in desk.vendor.tickets[other].log)


def test_it_ends_when_its_time_is_over_and_everybody_is_answered_as_usual(stage: Stage) -> None:
    desk = configured(stage, TRIAL)
    desk.ask()
    (experiment,) = stage.services.configuration(stage.account.id).experiments
    stage.pass_time(15 * 86_400)
    with stage.database.session() as session:
        seen = looked(session, stage.account.id, experiment, stage.time)
    assert seen is not None
    assert (seen[0].outcome, seen[0].ended_at) == ("time is over", stage.time)
    desk = Desk(stage)
    ticket = desk.ask()
    assert desk.draft(ticket) != ""
    assert ids.ticket(desk.connection_id, ticket) not in arms(stage)


@pytest.mark.parametrize(
    ("limit", "answered"), [("{perDay: 2}", 2), ("{perRequesterPerDay: 1}", 1), ("{perDay: 0}", 0)]
)
def test_no_more_answers_leave_within_a_day_than_the_account_wants(stage: Stage, limit: str, answered: int) -> None:
    desk = configured(stage, f"answers: {limit}\n")
    stage.earn()
    tickets = []
    for _ in range(3):
        tickets.append(desk.vendor.customer_writes(QUESTION, who=a_person()))
        desk.work()
        stage.pass_time(3 * 3600)
    sent = [any(isinstance(change, Reply) for _, change in desk.vendor.tickets[t].log) for t in tickets]
    assert sent == [n < answered for n in range(3)]
    with stage.database.reading() as session:
        last = judgements.latest(session, ids.ticket(desk.connection_id, tickets[-1]))
    assert any(reason.code == "day_limit" for reason in last.reasons)


def test_two_workers_with_the_last_answer_of_the_day_send_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """This one has decided; before it plans, another one has planned."""
    desk = configured(stage, "answers: {perDay: 1}\n")
    other = desk.ask()
    stage.earn()
    ours = desk.vendor.customer_writes(QUESTION, who=a_person())
    judged, done = ticket._judged, []

    def meanwhile(*given: Any) -> Any:
        found = judged(*given)
        if not done:
            done.append(found[0].decision.mode)
            reply = Planned("reply-elsewhere", desk.connection_id, Ref(other), (Reply("x"),), requester="p", domain="")
            with stage.database.session() as session:
                effects.plan(session, ids.ticket(desk.connection_id, other), [reply], stage.time)
        return found

    monkeypatch.setattr(ticket, "_judged", meanwhile)
    stage.deliver(desk.connection_id, desk.vendor)
    ticket.run(ids.ticket(desk.connection_id, ours))
    assert done == [Mode.DEFLECT]
    stage.pass_time(1)
    ticket.run(ids.ticket(desk.connection_id, ours))
    assert not any(isinstance(change, Reply) for _, change in desk.vendor.tickets[ours].log)
    with stage.database.reading() as session:
        last = judgements.latest(session, ids.ticket(desk.connection_id, ours))
    assert last.mode is Mode.ASSIST
    assert any(reason.code == "day_limit" for reason in last.reasons)


def test_an_arm_is_promoted_on_what_people_said_of_its_own_answers(stage: Stage) -> None:
    desk = configured(stage, GREETED)
    other = desk.ask()
    with stage.database.session() as session:
        judged = judgements.find(
            session,
            ids.ticket(desk.connection_id, other),
            judgements.latest(session, ids.ticket(desk.connection_id, other)).id,
        )
        about = (stage.account.id, "order-status", "reply", judged.decision.digest, Lesson.KEPT)
        for n in range(60):
            name = judged.decision.id if n == 0 else f"{judged.decision.id[:40]}-{n}"
            assert lessons.save(session, Learned(name, judged.ticket_id, *about, f"agent-{n % 3}", stage.time))
    with stage.database.session() as session:
        (found,) = promoting.writers(stage.services, session, stage.account.id, "order-status", "reply")
        assert found.current
        assert found.name in ("pages, alone/A", "pages, alone/B")
        asked = promoting.promote(stage.services, session, stage.account.id, "order-status", by="Mara", target=0.95)
    assert asked.why is None
    answered = desk.ask()
    sent = [change for _, change in desk.vendor.tickets[answered].log if isinstance(change, Reply)]
    assert [one.text.startswith("Ahoy") for one in sent] == [True]


def test_what_was_rated_is_found_by_arm(stage: Stage) -> None:
    desk = configured(stage, TRIAL)
    ticket = desk.ask()
    name = ids.ticket(desk.connection_id, ticket)
    with stage.database.session() as session:
        told = stories.find(session, name)
        stories.keep(session, stage.account.id, Story(**{**told.__dict__, "rating": 5}))
        (experiment,) = stage.services.configuration(stage.account.id, session).experiments
        _, seen = looked(session, stage.account.id, experiment, stage.time)
    assert [(m.arm, m.tickets, m.metric.count) for m in seen.measured] == [(HUMAN, 1, 1), ("A", 0, 0)]
