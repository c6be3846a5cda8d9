"""The Python client against the real application over HTTP: the guide's calls, and calls whose answers get lost."""

import json
import typing
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from app.client import Deskhand, NotOffered, Refused, Unreachable, answers
from app.sandbox.server import Served
from app.web.api import ROOT
from connectors.types import Assign
from tests.flows.stage import QUESTION
from tests.web.api.conftest import House


class Losing(requests.Session):
    """Loses as many answers as it is told to, after the request was carried out; or gives others in their place."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Prefer"] = "wait=0"
        self.lost = 0
        self.instead: list[tuple[int, str, dict[str, str]]] = []
        self.made = 0

    def request(self, *given: Any, **more: Any) -> requests.Response:
        self.made += 1
        if self.instead:
            answer = requests.Response()
            answer.status_code, text, headers = self.instead.pop(0)
            answer._content = text.encode()
            answer.headers.update(headers)
            return answer
        answer = super().request(*given, **more)
        if self.lost:
            self.lost -= 1
            raise requests.ConnectionError
        return answer


@pytest.fixture
def line() -> Losing:
    return Losing()


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def address(house: House) -> Iterator[str]:
    with Served(house.client.application) as base:
        yield base


@pytest.fixture
def support(house: House, address: str, line: Losing, waited: list[float]) -> Deskhand:
    return Deskhand(address, house.token, session=line, wait=waited.append)


def test_the_guides_figures(house: House, support: Deskhand) -> None:
    house.asks()
    house.stage.pass_time(60)
    assert support.getMetrics(timeRange="last-30-days")["totalTickets"] == 1
    assert support.getBotMetrics(timeRange="last-30-days")["topIntents"][0]["intent"] == "order-status"
    effect = support.getEffectiveness(timeRange="last-7-days", metrics=["automation-rate", "avg-handle-time"])
    assert (effect["automationRate"], effect["customerSatisfaction"]) == (0.0, None)
    log = support.getAuditLog(customerId="ana@customer.example", timeRange="last-90-days", includeType=["order-status"])
    assert [entry["action"] for entry in log["entries"]] == ["sent", "left-to-people"]
    report = support.getComplianceReport(period="2026-Q1", standards=["PCI-DSS", "SOC2", "GDPR"])
    assert list(report["complianceChecks"]) == ["PCI-DSS", "SOC2", "GDPR"]


def test_the_guides_conversation_and_handover(house: House, support: Deskhand) -> None:
    house.stage.earn()
    said = support.call("POST", "/chat", body={"customerId": "cus_123", "message": QUESTION, "email": "a@b.example"})
    for _ in range(3):
        house.work()
    conversation = support.chat.answer(said["messageId"])
    assert conversation["status"] == "answered"
    assert set(conversation["response"]) == {"message", "confidence", "actions", "nextSteps"}
    agent = support.routing.findAgent(skills=["refunds"], availability="available", preferredLanguage="de")
    assert agent["agent"] is None
    given = support.assignToAgent(
        conversationId=conversation["conversationId"],
        agentId="a7",
        context={"intent": "order-status"},
        notification={"message": "New ticket", "priority": "high"},
    )
    assert support.change(given["change"])["state"] == "pending"
    house.work()
    assert support.change(given["change"])["state"] == "sent"
    assert support.updateTicket(ticketId="SUPPORT-5678", status="resolved", resolution="Fixed in v2.15.0")["taken"]
    assert support.training.addExample(intent="order-status", userMessage="Where is it?", feedback="positive")["new"]


def test_lists_are_asked_for_as_far_as_they_are_wanted(house: House, support: Deskhand, line: Losing) -> None:
    mine = [house.asks() for _ in range(3)]
    assert [one["id"] for one in support.tickets()] == mine[::-1]
    assert len(list(support.decisions(ticketId=mine[0]))) == 1
    assert (list(support.problems()), list(support.agents())) == ([], [])
    assert support.evidence()["categories"] == []


def test_a_lost_answer_is_asked_for_again_and_it_is_done_once(
    house: House, support: Deskhand, line: Losing, waited: list[float]
) -> None:
    mine = house.asks()
    line.lost = 2
    given = support.assignToAgent(conversationId=mine, agentId="a7")
    assert (given["agentId"], waited) == ("a7", [1.0, 1.0])
    house.work()
    (held,) = house.vendor.tickets.values()
    assert [change for _, change in held.log if isinstance(change, Assign)] == [Assign("", "a7")]


def test_after_three_tries_it_gives_up(support: Deskhand, line: Losing) -> None:
    line.lost = 9
    with pytest.raises(Unreachable):
        support.getMetrics()
    assert line.made == 3


def test_who_is_told_to_wait_waits_as_long_and_not_forever(
    support: Deskhand, line: Losing, waited: list[float]
) -> None:
    line.instead = [(429, "{}", {"Retry-After": "7"}), (503, "{}", {"Retry-After": "900"})]
    assert support.evidence()["history"] == []
    assert waited == [7.0, 30.0]


def test_a_no_says_why(house: House, address: str) -> None:
    with pytest.raises(Refused) as refused:
        Deskhand(address, "dh_made-up").getMetrics()
    assert (refused.value.status, refused.value.code) == (401, "no_token")
    assert "dh_made-up" not in f"{refused.value!r} {Deskhand(address, 'dh_made-up')!r}"
    with pytest.raises(Refused) as wrong:
        Deskhand(address, house.token).chat.send(customerId="", message="")
    assert {one["at"] for one in wrong.value.errors} == {"/customerId", "/message"}


def test_what_is_no_answer_of_the_apis_is_not_taken_for_one(support: Deskhand, line: Losing) -> None:
    for status, text in ((200, "<html>"), (302, ""), (200, "[]")):
        line.instead = [(status, text, {"Location": "https://elsewhere.example"})]
        with pytest.raises(Unreachable):
            support.getMetrics()


def test_a_signal_is_signed(house: House, support: Deskhand) -> None:
    signal = {"id": "s-1", "kind": "page", "at": house.stage.time.isoformat(), "user": {"email": "a@b.example"}}
    assert support.tellSignal(signal) == {"id": "s-1", "taken": True}


def test_names_with_strokes_stay_in_their_place(support: Deskhand) -> None:
    with pytest.raises(Refused) as refused:
        support.change("../tickets")
    assert refused.value.status == 404


def test_what_is_not_offered_says_what_is(support: Deskhand) -> None:
    for call in (support.abTest, support.training.retrain):
        with pytest.raises(NotOffered):
            call()


SHAPES = {
    "Metrics": answers.Metrics,
    "BotMetrics": answers.BotMetrics,
    "Effectiveness": answers.Effectiveness,
    "Report": answers.ComplianceReport,
    "Noted": answers.Noted,
    "Assigned": answers.Assigned,
    "Found": answers.FoundAgent,
    "Learnt": answers.Learnt,
}


def test_its_types_are_those_of_the_document(house: House) -> None:
    schemas = house.client.get(f"{ROOT}/openapi.json").json["components"]["schemas"]
    for name, shape in SHAPES.items():
        assert set(typing.get_type_hints(shape)) == set(schemas[name]["properties"]), name
        empty = {one for one, hint in typing.get_type_hints(shape).items() if type(None) in typing.get_args(hint)}
        assert empty == {one for one, said in schemas[name]["properties"].items() if '"null"' in json.dumps(said)}, name
    assert set(typing.get_type_hints(answers.AuditLog)) | {"next"} == set(schemas["Log"]["properties"])
    assert set(typing.get_type_hints(answers.Response)) < set(schemas["Spoken"]["properties"])
