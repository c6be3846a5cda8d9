"""Who did what about a customer; and that nothing is called compliant which nobody has checked."""

from dataclasses import replace

from app.db import judgements, runs
from app.db.judgements import Outcome
from app.db.runs import Record
from app.engine.configuration.steps import Step, Workflow
from app.engine.types import Classification, Label
from app.engine.workflows import runner
from tests.flows.stage import QUESTION
from tests.web.api.conftest import House

ANA = "ana@customer.example"
ACCESS = {
    "type": "balance-inquiry",
    "at": "2026-03-02T12:00:00.500000+00:00",
    "agent": "bot",
    "piiAccessed": True,
    "authenticationMethod": "sms-otp",
    "retentionExpires": "2033-03-10",
}


def log(house: House, customer: str = ANA, **query: str):
    return house.read("/audit/log", customerId=customer, **query)


def looked(house: House, ticket: str) -> None:
    """A workflow noted whose data it looked at."""
    flow = Workflow("balance", "", (Step("log-access", "log-access", {}),))
    progress = replace(runner.begun(flow), outputs={"log-access": {"access": ACCESS}})
    judged = Classification((Label("balance-inquiry", 0.9),), (), "x/1")
    with house.stage.database.session() as session:
        runs.begin(
            session, Record("", ticket, house.account.id, "balance-inquiry", "q", progress, judged), house.stage.time
        )


def test_what_was_decided_said_and_looked_at_is_told_newest_first(house: House) -> None:
    house.stage.earn()
    mine = house.asks()
    looked(house, mine)
    (decision,) = house.read("/decisions")["items"]
    house.stage.pass_time(60)
    with house.stage.database.session() as session:
        judgements.record_outcome(session, mine, decision["id"], Outcome("helped", "p7", house.stage.time))
    house.stage.pass_time(60)
    told = log(house)
    assert [one["action"] for one in told["entries"]] == ["helped", "looked-at-data", "answered"]
    helped, access, answered = told["entries"]
    assert (answered["agent"], answered["type"], answered["ticketId"]) == ("bot", "order-status", mine)
    assert (helped["agent"], answered["piiAccessed"], answered["encrypted"]) == ("p7", None, None)
    assert (access["piiAccessed"], access["authenticationMethod"], access["retentionExpires"]) == (
        True,
        "sms-otp",
        "2033-03-10",
    )
    assert (told["complianceStatus"], told["violations"]) == ("not-assessed", [])


def test_a_customer_is_found_by_address_and_by_the_id_of_conversations(house: House) -> None:
    said = {"customerId": "cus_123", "message": QUESTION, "email": ANA}
    house.call("POST", "/chat", json=said, headers={"Prefer": "wait=0"})
    for _ in range(3):
        house.work()
    house.stage.pass_time(1)
    assert log(house, "cus_123")["entries"] == log(house, ANA.upper())["entries"] != []
    assert log(house, "cus_124")["entries"] == log(house, "bo@customer.example")["entries"] == []


def test_types_and_times_narrow_it_down(house: House) -> None:
    looked(house, house.asks())
    house.stage.pass_time(3700)
    assert {one["type"] for one in log(house, includeType="balance-inquiry")["entries"]} == {"balance-inquiry"}
    assert log(house, includeType="fraud-report")["entries"] == []
    assert log(house, timeRange="last-1-hours")["entries"] == []


def test_it_is_whole_in_parts(house: House) -> None:
    for _ in range(2):
        looked(house, house.asks())
    house.stage.pass_time(60)
    whole, found, cursor = log(house)["entries"], [], ""
    while cursor is not None:
        part = log(house, limit="1", cursor=cursor)
        found, cursor = found + part["entries"], part["next"]
    assert found == whole
    assert len(whole) >= 3


def test_another_accounts_log_is_empty(house: House, neighbour: House) -> None:
    house.asks()
    house.stage.pass_time(60)
    assert log(house)["entries"]
    assert log(neighbour)["entries"] == []
