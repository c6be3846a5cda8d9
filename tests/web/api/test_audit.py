"""Who did what about a customer; and that nothing is called compliant which nobody has checked."""

from sqlalchemy import text

from app.db import deeds, history, runs, trail
from app.db.deeds import Deed
from app.db.trail import Entry, What
from app.engine.configuration.steps import Workflow
from app.engine.workflows.types import Answer, Progress
from tests.builders import a_classification
from tests.flows.stage import QUESTION
from tests.web.api.conftest import House

WALK = Progress(Workflow("fraud-report", "fraud-report", ()))
ANA = "ana@customer.example"
ACCESS = {"action": "looked-at-data", "category": "balance-inquiry", "proof": "sms-otp", "until": "2033-03-10"}


def log(house: House, customer: str = ANA, **query: str):
    return house.read("/audit/log", customerId=customer, **query)


def looked(house: House, ticket: str) -> None:
    """A workflow noted whose data it looked at."""
    with house.stage.database.session() as session:
        entry = Entry(What.LOOKED_UP, "log-access", ticket, detail={**ACCESS, "data": ["account-balance"]})
        trail.record(session, house.account.id, entry)


def said(house: House, ticket: str, decision: str) -> None:
    """A person said that the answer helped."""
    with house.stage.database.session() as session:
        trail.record(session, house.account.id, Entry(What.JUDGED, decision, ticket, why="helped", who="p7"))


def test_what_was_decided_said_and_looked_at_is_told_newest_first(house: House) -> None:
    house.stage.earn()
    mine = house.asks()
    (decision,) = house.read("/decisions")["items"]
    house.stage.pass_time(60)
    looked(house, mine)
    house.stage.pass_time(60)
    said(house, mine, decision["id"])
    house.stage.pass_time(60)
    told = log(house)
    assert [one["action"] for one in told["entries"]] == ["helped", "looked-at-data", "sent", "answered"]
    helped, access, sent, answered = told["entries"]
    assert (answered["agent"], answered["type"], answered["ticketId"]) == ("bot", "order-status", mine)
    assert (helped["agent"], helped["piiAccessed"], helped["dataAccessed"]) == ("p7", False, None)
    assert (answered["piiAccessed"], answered["dataAccessed"]) == (True, ["ticket-text"])
    assert (access["authenticationMethod"], access["retentionExpires"], access["dataAccessed"]) == (
        "sms-otp",
        "2033-03-10",
        ["account-balance"],
    )
    assert (sent["authenticationMethod"], sent["retentionExpires"]) == (None, "2033-03-02")
    assert answered["encrypted"] is True
    assert (told["complianceStatus"], told["violations"]) == ("not-assessed", [])


def test_what_stands_bare_in_the_table_is_said_to_be(house: House) -> None:
    mine = house.asks()
    with house.stage.database.session() as session:
        session.execute(text("update judgement set body = '{}' where kind = 'draft'"))
    house.stage.pass_time(60)
    assert {one["encrypted"] for one in log(house)["entries"] if one["ticketId"] == mine} == {False}


def test_whoever_reads_the_log_is_in_the_trail(house: House) -> None:
    log(house)
    with house.stage.database.reading() as session:
        acts = history.page(session, history.Wanted(house.account.id, what=("read",)), 9)
    assert [(one.subject, one.who.partition(":")[0]) for one in acts] == [("getAuditLog", "token")]


def test_a_customer_is_found_by_address_and_by_the_id_of_conversations(house: House) -> None:
    asked = {"customerId": "cus_123", "message": QUESTION, "email": ANA}
    house.call("POST", "/chat", json=asked, headers={"Prefer": "wait=0"})
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


def opened_case(house: House, ticket: str, number: str) -> None:
    """A workflow opened a case at the bank."""
    with house.stage.database.session() as session:
        now = house.stage.time
        fresh = runs.Record("", ticket, house.account.id, "fraud-report", "m1", WALK, a_classification())
        record = runs.begin(session, fresh, now)
        key = f"dh-{record.id}-0-0"
        deed = Deed(key, record.id, ticket, house.account.id, "open_case", "bank", {}, deeds.PERMITTED)
        deeds.add(session, deed, now)
        deeds.end(session, key, deeds.DONE, Answer({"case": number}, source="bank"), now)


def test_the_case_is_the_one_that_was_opened_and_none_where_none_was(house: House) -> None:
    mine = house.asks()
    house.stage.pass_time(60)
    assert {one["caseId"] for one in log(house)["entries"]} == {None}
    ref = {one["ticketRef"] for one in log(house)["entries"]}
    assert len(ref) == 1 and ref != {""}
    opened_case(house, mine, "FRAUD-2024-5678")
    assert {one["caseId"] for one in log(house)["entries"]} == {"FRAUD-2024-5678"}
    assert {one["ticketRef"] for one in log(house)["entries"]} == ref
