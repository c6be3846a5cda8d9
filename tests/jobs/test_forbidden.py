"""What we may not do: one ticket is left to people, and the connection stops only where the vendor knows us no more."""

import pytest

from app.db import connections, effects, ids, inbox, problems
from connectors.errors import Forbidden
from connectors.types import Note
from jobs import reconcile, schedule
from tests.flows.stage import QUESTION, Stage


def active(stage: Stage, connection_id: str) -> bool:
    with stage.database.reading() as session:
        return connections.find(session, connection_id).active


def told(stage: Stage) -> list[str]:
    with stage.database.reading() as session:
        return [problem.kind for problem in problems.newest(session)]


def test_a_ticket_that_we_may_not_read_is_left_to_people_and_the_next_one_is_worked_on(stage: Stage) -> None:
    connection_id, vendor = stage.connect("desk")
    shut, open_ = vendor.customer_writes(QUESTION), vendor.customer_writes(QUESTION)
    vendor.closed_to_us.add(shut)
    stage.deliver(connection_id, vendor)
    stage.work()
    assert active(stage, connection_id)
    assert told(stage) == ["ticket_parked"]
    assert any(isinstance(change, Note) for _, change in vendor.tickets[open_].log)
    with stage.database.reading() as session:
        assert inbox.backlog(session) == 0


def test_a_change_that_we_may_not_make_is_given_up_and_said(stage: Stage) -> None:
    connection_id, vendor = stage.connect("desk")
    ticket = vendor.customer_writes(QUESTION)
    vendor.at = lambda moment: vendor.faults.append("forbidden") if moment == "apply" else None
    stage.deliver(connection_id, vendor)
    stage.work()
    assert active(stage, connection_id)
    assert set(told(stage)) == {"effect_refused"}
    with stage.database.reading() as session:
        assert {one.state for one in effects.of_ticket(session, ids.ticket(connection_id, ticket))} == {"review"}


@pytest.mark.parametrize("where", ["read", "apply"])
def test_a_vendor_that_knows_us_no_more_pauses_the_connection_and_what_waits_is_kept(stage: Stage, where: str) -> None:
    connection_id, vendor = stage.connect("desk")
    ticket = vendor.customer_writes(QUESTION)
    vendor.unknown = True
    if where == "read":
        vendor.closed_to_us.add(ticket)
    vendor.at = lambda moment: vendor.faults.append("forbidden") if moment == where == "apply" else None
    stage.deliver(connection_id, vendor)
    stage.work()
    assert not active(stage, connection_id)
    assert told(stage) == ["connection_paused"]
    vendor.unknown, vendor.at = False, lambda moment: None
    vendor.closed_to_us.clear()
    vendor.faults.clear()
    with stage.database.session() as session:
        connections.resume(session, connection_id)
    stage.pass_time(150)
    schedule.sweep(stage.services)
    stage.work()
    assert sum(isinstance(change, Note) for _, change in vendor.tickets[ticket].log) == 1


def test_a_vendor_that_will_not_say_what_changed_stays_connected(stage: Stage) -> None:
    connection_id, _ = stage.connect("desk")
    connector = stage.services.connected.connector(connection_id)
    connector.changed = _forbidden  # type: ignore[attr-defined]
    reconcile.run(connection_id)
    assert active(stage, connection_id)
    assert told(stage) == ["reconcile_refused"]


def _forbidden(since: object) -> list[object]:
    raise Forbidden("not you")
