"""A conversation by our API, from the request to the helpdesk's ticket and back: the same gate, once each, honest when a person answers."""

import threading

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.db import access, effects, ids, tickets
from app.engine.dialogue import A_PERSON
from app.web import create_app
from app.web.api import chat
from connectors.types import AddMessage, OpenTicket, Reply, Role
from jobs import schedule
from jobs import signals as reaching
from tests.flows.stage import QUESTION, Stage
from tests.web.api.conftest import bearer

NOW = {"Prefer": "wait=0"}


class Talk:
    """A customer of an account whose site asks our API; the worker works when the test says so."""

    def __init__(self, stage: Stage, *, earned: bool = True) -> None:
        self.stage = stage
        self.connection_id, self.vendor = stage.connect("desk")
        if earned:
            stage.earn()
        stage.bells.ring = lambda *some: [stage.bells.rung.setdefault(one) for one in some]
        with stage.database.session() as session:
            self.token = access.issue(session, stage.account.id, ("chat",), at=stage.time)[1]
        self.client: FlaskClient = create_app(stage.services.settings, stage.services).test_client()

    def say(self, message: str = QUESTION, key: str = "", **more):
        headers = bearer(self.token) | NOW | ({"Idempotency-Key": key} if key else {})
        given = {"customerId": "cus_123", "message": message, "email": "ana@customer.example", **more}
        return self.client.post("/api/v1/chat", json=given, headers=headers)

    def look(self, answer):
        return self.client.get(f"/api/v1/chat/messages/{answer.json['messageId']}", headers=bearer(self.token) | NOW)

    def work(self) -> None:
        for _ in range(4):
            schedule.sweep(self.stage.services)
            self.stage.work()

    @property
    def held(self):
        (only,) = self.vendor.tickets.values()
        return only


@pytest.fixture
def talk(stage: Stage) -> Talk:
    return Talk(stage)


def test_an_answer_that_may_be_given_is_the_one_that_stands_in_the_helpdesk(talk: Talk) -> None:
    asked = talk.say()
    assert (asked.status_code, asked.json["status"]) == (202, "pending")
    assert asked.headers["Location"] == f"/api/v1/chat/messages/{asked.json['messageId']}"
    talk.work()
    answer = talk.look(asked)
    assert answer.status_code == 200
    (reply,) = [change for _, change in talk.held.log if isinstance(change, Reply)]
    assert answer.json["message"] == reply.text
    assert answer.json["status"] == "answered"
    assert 0.5 < answer.json["confidence"] <= 1
    assert {"message", "confidence", "actions", "nextSteps"} <= answer.json.keys()
    said = talk.held.messages[0]
    assert (said.text, said.author.role, said.author.email) == (QUESTION, Role.CUSTOMER, "ana@customer.example")


def test_without_evidence_the_customer_is_told_that_a_person_answers_and_nothing_else(stage: Stage) -> None:
    talk = Talk(stage, earned=False)
    asked = talk.say()
    talk.work()
    answer = talk.look(asked)
    assert answer.json["message"] == A_PERSON["en"]
    assert (answer.json["status"], answer.json["actions"], answer.json["nextSteps"]) == (
        "person",
        [],
        ["person-answers"],
    )
    assert [change for _, change in talk.held.log if isinstance(change, Reply)] == []


def test_the_conversation_goes_on_in_the_same_ticket(talk: Talk) -> None:
    first = talk.say()
    talk.work()
    second = talk.say("Where is my other parcel? Please track my order.", conversationId=first.json["conversationId"])
    talk.work()
    assert second.json["conversationId"] == first.json["conversationId"]
    texts = [m.text for m in talk.held.messages if m.author.role is Role.CUSTOMER]
    assert texts == [QUESTION, "Where is my other parcel? Please track my order."]
    assert talk.look(second).json["status"] in ("answered", "person")
    assert talk.look(first).status_code == 200


def test_the_same_request_again_says_it_once(talk: Talk) -> None:
    first, again = talk.say(key="k1"), talk.say(key="k1")
    assert again.json["messageId"] == first.json["messageId"]
    talk.work()
    assert talk.say(key="k1").status_code == 200
    assert len([m for m in talk.held.messages if m.author.role is Role.CUSTOMER]) == 1
    other = talk.say("Something else", key="k1")
    assert (other.status_code, other.json["code"]) == (409, "key_reused")


def test_a_webhook_of_the_helpdesk_about_the_same_ticket_changes_nothing(talk: Talk) -> None:
    asked = talk.say()
    talk.work()
    talk.vendor.hooks.clear()
    talk.stage.deliver(talk.connection_id, talk.vendor)
    talk.work()
    assert len([change for _, change in talk.held.log if isinstance(change, Reply)]) == 1
    assert talk.look(asked).json["status"] == "answered"


@pytest.mark.parametrize("fault", ["broken", "busy", "hang", "hang-taken", "reset-after"])
def test_what_was_said_while_the_helpdesk_was_in_trouble_arrives_once(talk: Talk, fault: str) -> None:
    talk.vendor.faults += [fault]
    asked = talk.say()
    for _ in range(4):
        talk.work()
        talk.stage.pass_time(700)
    assert len(talk.vendor.tickets) == 1
    assert len([m for m in talk.held.messages if m.author.role is Role.CUSTOMER]) == 1
    assert talk.look(asked).json["status"] == "answered"


def test_nobody_reads_or_goes_on_with_anothers_conversation(talk: Talk) -> None:
    first = talk.say()
    stranger = talk.say("me too", customerId="cus_999", conversationId=first.json["conversationId"])
    assert stranger.status_code == 404
    talk.stage.open_account()
    with talk.stage.database.session() as session:
        other = access.issue(session, talk.stage.account.id, ("chat",), at=talk.stage.time)[1]
    where = f"/api/v1/chat/messages/{first.json['messageId']}"
    assert talk.client.get(where, headers=bearer(other) | NOW).status_code == 404
    assert talk.client.get(where, headers=bearer(talk.token) | NOW).status_code == 202


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"message": ""}, "missing_field"),
        ({"message": "x" * 4001}, "bad_field"),
        ({"customerId": ""}, "missing_field"),
        ({"email": "no address"}, "bad_field"),
        ({"email": "a@b.example, c@d.example"}, "bad_field"),
        ({"context": []}, "bad_field"),
    ],
)
def test_what_is_missing_or_wrong_is_named(talk: Talk, given, code) -> None:
    answer = talk.say(**given)
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert talk.vendor.tickets == {}


def test_an_account_without_a_helpdesk_is_told_so(stage: Stage) -> None:
    talk = Talk(stage)
    stage.open_account()
    with stage.database.session() as session:
        talk.token = access.issue(session, stage.account.id, ("chat",), at=stage.time)[1]
    answer = talk.say()
    assert (answer.status_code, answer.json["code"]) == (409, "no_helpdesk")


def test_a_person_in_the_ticket_is_said_to_answer(talk: Talk) -> None:
    first = talk.say()
    talk.work()
    talk.vendor.agent_writes(talk.held.id, "I am on it.")
    second = talk.say("Thanks, and where is my parcel now?", conversationId=first.json["conversationId"])
    talk.work()
    assert talk.look(second).json["status"] == "person"


def test_who_waits_gets_the_answer_at_once_when_it_is_there(talk: Talk) -> None:
    asked = talk.say(key="k1")
    talk.work()
    headers = bearer(talk.token) | {"Idempotency-Key": "k1", "Prefer": "respond-async, wait=1"}
    given = {"customerId": "cus_123", "message": QUESTION, "email": "ana@customer.example"}
    answer = talk.client.post("/api/v1/chat", json=given, headers=headers)
    assert (answer.status_code, answer.json["messageId"]) == (200, asked.json["messageId"])


def test_only_a_few_wait_at_once() -> None:
    places = threading.BoundedSemaphore(1)
    with chat._Patience(places, 5.0) as first, chat._Patience(places, 5.0) as second:
        assert (first, second) == (5.0, 0.0)
    with chat._Patience(places, 5.0) as third:
        assert third == 5.0


def test_the_words_are_in_the_outbox_and_the_helpdesk_alone(talk: Talk) -> None:
    asked = talk.say("My secret garden order")
    with talk.stage.database.reading() as session:
        for table in ("utterance", "conversation"):
            assert "garden" not in str(session.execute(text(f"select * from {table}")).all())
            assert "cus_123" not in str(session.execute(text(f"select * from {table}")).all())
        pseudo = ids.ticket(talk.connection_id, f"{tickets.CHAT}{asked.json['conversationId']}")
        (planned,) = effects.of_ticket(session, pseudo)
    assert isinstance(planned.plan.changes[0], OpenTicket | AddMessage)


def test_who_is_reached_out_to_has_said_nothing_and_a_person_sends_the_words(talk: Talk) -> None:
    told: list[str] = []
    talk.stage.bells.signals = told.append
    asked = talk.say("You met the same error five times. May we help?", key="k1", proactive=True, context={"count": 6})
    again = talk.say("You met the same error five times. May we help?", key="k1", proactive=True, context={"count": 6})
    assert (asked.status_code, asked.json["status"]) == (202, "proposed")
    assert (again.json, told) == (asked.json, [talk.stage.account.id])
    assert talk.say("Something else", key="k1", proactive=True).json["code"] == "key_reused"
    reaching.deal(talk.stage.services, talk.stage.account.id)
    for _ in range(3):
        talk.stage.pass_time(2)
        reaching.workflow.sweep(talk.stage.services)
        talk.stage.deliver(talk.connection_id, talk.vendor)
        talk.work()
    assert [m for m in talk.held.messages if m.author.role is Role.CUSTOMER] == []
    assert [change for _, change in talk.held.log if isinstance(change, Reply)] == []
    assert "May we help?" in "".join(m.text for m in talk.held.messages if not m.public)


@pytest.mark.parametrize("changes", [{"email": ""}, {"conversationId": "0" * 28}])
def test_nobody_is_reached_out_to_without_an_address_or_within_a_conversation(talk: Talk, changes) -> None:
    answer = talk.say("Hello", proactive=True, **changes)
    assert (answer.status_code, answer.json["code"]) == (409, "not_possible")
