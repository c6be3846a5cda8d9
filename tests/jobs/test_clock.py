"""The clock rings for what waits, lets vendors be asked, and leads alone; reconciling finds what webhooks lost."""

from datetime import timedelta

from app.db import connections, ids, inbox, problems
from connectors.errors import AuthFailed
from connectors.types import Note
from jobs import reconcile, schedule
from jobs.clock import Clock
from tests.flows.stage import QUESTION, Stage


def test_of_two_clocks_one_leads_and_both_together_begin_a_job_once(stage: Stage) -> None:
    stage.connect("desk")
    one, two = Clock(stage.services), Clock(stage.services)
    assert (one.beat(), two.beat()) == (True, False)
    assert [job for job, _ in stage.bells.asked] == ["audit", "reconcile", "articles"]
    stage.pass_time(11)
    assert (two.beat(), one.beat()) == (True, False)
    two.resign()
    assert one.beat()
    assert len(stage.bells.asked) == 3


def test_what_redis_lost_is_rung_again(stage: Stage) -> None:
    connection_id, played = stage.connect("desk")
    ticket = played.customer_writes(QUESTION)
    stage.deliver(connection_id, played)
    stage.bells.lose()
    Clock(stage.services).beat()
    assert list(stage.bells.rung) == [ids.ticket(connection_id, ticket)]


def test_a_table_says_what_happens_how_often(stage: Stage) -> None:
    seen: list[str] = []
    table = (
        schedule.Periodic("often", timedelta(seconds=1), lambda services: seen.append("often")),
        schedule.Periodic("seldom", timedelta(seconds=10), lambda services: seen.append("seldom")),
    )
    for _ in range(12):
        schedule.tick(stage.services, table)
        stage.pass_time(1)
    assert (seen.count("often"), seen.count("seldom")) == (12, 2)


def test_a_new_connections_articles_are_read_at_once_and_then_at_their_turn(stage: Stage) -> None:
    clock = Clock(stage.services)
    first, _ = stage.connect("desk")
    clock.beat()
    stage.pass_time(60)
    second, _ = stage.connect("desk")
    clock.beat()
    assert [subject for job, subject in stage.bells.asked if job == "articles"] == [first, second]
    stage.pass_time(schedule.READ.total_seconds() - 55)
    clock.beat()
    assert [subject for job, subject in stage.bells.asked if job == "articles"] == [first, second, first]


def test_a_webhook_that_was_lost_is_made_up_for(stage: Stage) -> None:
    connection_id, played = stage.connect("desk")
    ticket = played.customer_writes(QUESTION)
    played.hooks.clear()
    reconcile.run(connection_id)
    stage.work()
    assert any(isinstance(change, Note) for _, change in played.tickets[ticket].log)


def test_asking_twice_wakes_nobody_twice(stage: Stage) -> None:
    connection_id, played = stage.connect("desk")
    played.customer_writes(QUESTION)
    reconcile.run(connection_id)
    stage.bells.lose()
    reconcile.run(connection_id)
    assert list(stage.bells.rung) == []
    with stage.database.reading() as session:
        assert inbox.backlog(session) == 1


def test_a_vendor_that_locks_us_out_pauses_its_connection(stage: Stage) -> None:
    connection_id, _ = stage.connect("desk")
    connector = stage.services.connected.connector(connection_id)
    connector.changed = _locked  # type: ignore[attr-defined]
    reconcile.run(connection_id)
    with stage.database.reading() as session:
        assert not connections.find(session, connection_id).active
        assert [problem.kind for problem in problems.newest(session)] == ["connection_paused"]
    reconcile.run(connection_id)


def _locked(since: object) -> list[object]:
    raise AuthFailed("no")
