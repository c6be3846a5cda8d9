"""Tickets are given and moved by the outbox: planned at once, made once by a worker, never called for while somebody waits."""

import pytest

from app.db import connections, ids, roster
from app.db.roster import HELD
from connectors.types import Assign, Note, SetStatus, Status, Teammate
from tests.flows.stage import QUESTION
from tests.web.api.conftest import House

CONTEXT = {
    "intent": "order-status",
    "botConfidence": 0.91,
    "vip": True,
    "suggestedActions": ["track", "refund [now](https://evil.example)"],
    "customer": {"nested": "is left out"},
}
GIVEN = {"agentId": "a7", "context": CONTEXT, "notification": {"message": "New *ticket* from Ana", "priority": "high"}}


def made(house: House, kind: type):
    (held,) = house.vendor.tickets.values()
    return [change for key, change in held.log if key.startswith("api-") and isinstance(change, kind)]


def test_a_ticket_goes_to_the_agent_once_with_what_is_known(house: House) -> None:
    mine = house.asks()
    headers = {"Idempotency-Key": "k1"}
    answers = [house.call("POST", f"/tickets/{mine}/assignment", json=GIVEN, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json == answers[1].json
    where = answers[0].headers["Location"].removeprefix("/api/v1")
    assert house.read(where)["state"] == "pending"
    assert made(house, Assign) == []
    house.work()
    assert made(house, Assign) == [Assign("", "a7")]
    assert house.read(where)["state"] == "sent"
    (note,) = made(house, Note)
    assert "New \\*ticket\\* from Ana (high)" in note.text
    assert "**vip:** yes" in note.text
    assert "[now](" not in note.text
    assert "nested" not in note.text


def test_without_a_key_each_request_is_another(house: House) -> None:
    mine = house.asks()
    for agent in ("a7", "a8"):
        house.call("POST", f"/tickets/{mine}/assignment", json={"agentId": agent})
    house.work()
    assert made(house, Assign) == [Assign("", "a7"), Assign("", "a8")]


@pytest.mark.parametrize("fault", ["busy", "hang", "hang-taken", "reset-after"])
def test_while_the_helpdesk_is_in_trouble_it_is_done_once(house: House, fault: str) -> None:
    mine = house.asks()
    house.vendor.faults.append(fault)
    house.call("POST", f"/tickets/{mine}/assignment", json=GIVEN)
    for _ in range(4):
        house.stage.pass_time(700)
        house.stage.bells.ring(mine)
        house.work()
    assert made(house, Assign) == [Assign("", "a7")]


def test_somebody_who_is_not_there_gets_nothing(house: House) -> None:
    mine = house.asks()
    with house.stage.database.session() as session:
        roster.replace(session, house.connection_id, [Teammate("a8", "Bo")], house.stage.time)
    refused = house.call("POST", f"/tickets/{mine}/assignment", json=GIVEN)
    assert (refused.status_code, refused.json["code"]) == (404, "no_such_agent")
    assert house.call("POST", f"/tickets/{mine}/assignment", json={"agentId": "a8"}).status_code == 202
    with house.stage.database.reading() as session:
        assert roster.of_ticket(session, mine) == ("a8", HELD)


def test_a_conversation_is_given_once_it_is_a_ticket(house: House) -> None:
    said = {"customerId": "c", "message": QUESTION, "email": "ana@customer.example"}
    talk = house.call("POST", "/chat", json=said, headers={"Prefer": "wait=0"}).json["conversationId"]
    early = house.call("POST", f"/tickets/{talk}/assignment", json=GIVEN)
    assert (early.status_code, early.json["code"]) == (409, "not_there_yet")
    house.work()
    given = house.call("POST", f"/tickets/{talk}/assignment", json=GIVEN)
    (ref,) = house.vendor.tickets
    assert given.json["ticketId"] == ids.ticket(house.connection_id, ref)
    house.work()
    assert made(house, Assign) == [Assign("", "a7")]


def test_where_a_helpdesk_gives_no_tickets_to_people_that_is_said(house: House) -> None:
    connection_id, vendor = house.stage.connect("thread")
    with house.stage.database.session() as session:
        connections.remove(session, house.connection_id)
    ref = vendor.customer_writes(QUESTION)
    house.stage.deliver(connection_id, vendor)
    house.stage.work()
    answer = house.call("POST", f"/tickets/{ids.ticket(connection_id, ref)}/assignment", json=GIVEN)
    assert (answer.status_code, answer.json["code"]) == (409, "not_possible")


def test_what_is_not_right_is_refused(house: House) -> None:
    mine, good = house.asks(), {"agentId": "a"}
    for wrong in ({}, {"agentId": ""}, {"agentId": "x" * 201}, good | {"context": []}, good | {"notification": {}}):
        assert house.call("POST", f"/tickets/{mine}/assignment", json=wrong).status_code == 400
    assert made(house, Assign) == []


@pytest.mark.parametrize(
    ("news", "status"), [("resolved", Status.SOLVED), ("reopened", Status.OPEN), ("in-progress", Status.OPEN)]
)
def test_a_ticket_of_ours_is_moved_in_its_helpdesk(house: House, news: str, status: Status) -> None:
    mine = house.asks()
    answer = house.call("PATCH", f"/tickets/{mine}", json={"status": news, "resolution": "Fixed in *v2*"})
    assert (answer.status_code, answer.json["taken"], answer.json["ticketId"]) == (202, True, mine)
    house.work()
    assert made(house, SetStatus) == [SetStatus(status)]
    assert [note.text for note in made(house, Note)] == [f"**{news.capitalize()}:** Fixed in \\*v2\\*"]


def test_the_same_move_with_the_same_key_is_one(house: House) -> None:
    mine = house.asks()
    answers = [
        house.call("PATCH", f"/tickets/{mine}", json={"status": "resolved"}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert answers[0].json == answers[1].json
    house.work()
    assert len(made(house, SetStatus)) == 1
