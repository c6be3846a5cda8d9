"""Nobody sees or moves what is another account's: every route is walked with another's names, and with tokens that are not good for it."""

import re

import pytest

from app.db.access import SCOPES
from app.web.api import ROOT
from tests.flows.stage import QUESTION
from tests.web.api.conftest import House

BODIES = {
    "chatSend": {"customerId": "cus_1", "message": QUESTION},
    "assignToAgent": {"agentId": "a1"},
    "updateTicket": {"status": "resolved"},
    "addExample": {"intent": "order-status", "userMessage": "Where is it?"},
}


@pytest.fixture
def names(house: House) -> dict[str, str]:
    """A name for every parameter of a path, each of something that is there in the first account."""
    ticket = house.asks()
    said = house.call("POST", "/chat", json=BODIES["chatSend"], headers={"Prefer": "wait=0"}).json
    moved = house.call("PATCH", f"/tickets/{ticket}", json=BODIES["updateTicket"]).json
    return {
        "ticketId": ticket,
        "messageId": said["messageId"],
        "changeId": moved["change"],
        "conversationId": said["conversationId"],
    }


def operations(house: House):
    document = house.client.get(f"{ROOT}/openapi.json").json
    return [
        (path, method.upper(), one) for path, methods in document["paths"].items() for method, one in methods.items()
    ]


def walk(asker: House, names: dict[str, str], token: str = "", *, scoped=True):
    """(operation, answer) of every route that is about somebody, asked with these names."""
    for path, method, one in operations(asker):
        if one.get("security") == []:
            continue
        where = re.sub(r"{(\w+)}", lambda found: names[found[1]], path)
        given = {"json": BODIES.get(one["operationId"], {})} if method != "GET" else {}
        query = {"customerId": "cus_1", "period": "2026-Q3"}
        asked = {p["name"] for p in one["parameters"] if p["in"] == "query" and p["required"]}
        given |= {"query_string": {name: query[name] for name in asked}}
        headers = {"Prefer": "wait=0"}
        yield path, one, asker.call(method, where, token=token, headers=headers, **given)


def test_what_belongs_to_another_account_is_not_there(house: House, names, neighbour: House) -> None:
    walked = [(path, one["operationId"], answer) for path, one, answer in walk(neighbour, names)]
    assert {answer.status_code for path, _, answer in walked if "{" in path} == {404}
    for path, name, answer in walked:
        assert answer.status_code < 500, path
        assert not any(own in answer.text for own in (house.account.id, house.connection_id, *names.values())), name
    log = next(iter(house.vendor.tickets.values())).log
    house.work()
    assert [change for key, change in log if key.startswith("api-") and "a1" in str(change)] == []


def test_the_same_names_are_good_in_their_own_account(house: House, names) -> None:
    """Or the test above would prove nothing."""
    statuses = {one["operationId"]: answer.status_code for path, one, answer in walk(house, names) if "{" in path}
    assert set(statuses.values()) <= {200, 202}
    assert len(statuses) == 5


def test_anothers_conversation_goes_on_for_nobody_and_is_given_to_nobody(house: House, names, neighbour: House) -> None:
    talk = names["conversationId"]
    said = neighbour.call("POST", "/chat", json=BODIES["chatSend"] | {"conversationId": talk})
    given = neighbour.call("POST", f"/tickets/{talk}/assignment", json=BODIES["assignToAgent"])
    assert (said.status_code, given.status_code) == (404, 404)


def test_without_a_token_nothing_is_told(house: House, names) -> None:
    assert {answer.status_code for _, _, answer in walk(house, names, "dh_made-up")} == {401}


def test_every_route_wants_its_own_scope(house: House, names) -> None:
    for scope in SCOPES:
        other = house.issue(*(SCOPES.keys() - {scope}))
        for path, one, answer in walk(house, names, other):
            needs = f"Scope: `{scope}`" in one["description"]
            assert (answer.status_code == 403) is needs, (path, scope)


def test_lists_hold_only_ones_own(house: House, names, neighbour: House) -> None:
    mine = neighbour.asks()
    assert [one["id"] for one in neighbour.read("/tickets")["items"]] == [mine]
    assert {one["ticketId"] for one in neighbour.read("/decisions")["items"]} == {mine}
    assert neighbour.call("GET", "/decisions", query_string={"ticketId": names["ticketId"]}).status_code == 404
