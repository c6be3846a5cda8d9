"""Who was proven acts, and nobody else: a workflow beside another one in its category, what it says beside what it does."""

from dataclasses import replace

import pytest

from app import promoting
from app.db import evidence, lessons, members
from app.db.members import Who
from app.engine.lessons import Lesson
from app.errors import BadInput
from app.promoting import Asked, Promotion
from connectors.types import Level
from tests.flows.stage import Stage
from tests.flows.store import an_order, delivered
from tests.jobs.workflows import RETURN, Play

WHERE = "Where is my order? #12345"
MOVE = "Can I change my shipping address for order #12345?"
ENOUGH, TARGET = 60, 0.95


class House:
    """A shop whose people judge what is drafted, and promote it."""

    def __init__(self, stage: Stage, mode: str = "deflect") -> None:
        self.stage = stage
        self.first = Play(stage, an_order("12345", status="processing", shipped_at=None), delivered(), mode=mode)

    def hears(self, text: str) -> Play:
        """A new ticket of the same customer's, an hour later."""
        self.stage.pass_time(3601)
        self.first.ticket = ""
        self.first.writes(text)
        return self.first

    def judged(self, category: str, action: str = "reply", times: int = ENOUGH, **changes: Lesson) -> None:
        """People say so many times more what they said last."""
        with self.stage.database.session() as session:
            last = lessons.newest(session, self.stage.account.id, category, action)[0]
            for n in range(times):
                name = f"{last.decision[:40]}-{len(changes)}-{n}"
                assert lessons.save(session, replace(last, decision=name, **changes))

    def promote(self, category: str, writer: str = "", action: str = "reply", person: str = "") -> Asked:
        wanted = Promotion(self.stage.account.id, category, "Mara", TARGET, writer, action, person)
        with self.stage.database.session() as session:
            return promoting.promoted(self.stage.services, session, wanted)

    def standing(self, category: str) -> dict[tuple[str, str], tuple[int, int, bool]]:
        """Writer and action -> judged, wrong, unlocked."""
        with self.stage.database.reading() as session:
            services, account = self.stage.services, self.stage.account.id
            every = promoting.standings(services, session, account, category, TARGET, {})
        return {(one.writer, one.action): (one.found.judged, one.found.errors, one.unlocked) for one in every}


@pytest.fixture
def house(stage: Stage) -> House:
    return House(stage)


def test_the_other_wish_in_a_promoted_category_waits_for_a_person_until_it_is_proven_too(house: House) -> None:
    house.hears(WHERE).press("share")
    house.judged("order-status")
    asked = house.promote("order-status")
    assert (asked.writer, asked.why) == ("orderStatus", None)
    assert len(house.hears(WHERE).replies) == 1

    move = house.hears(MOVE)
    assert "What's the new address?" in move.notes[-1].text
    assert move.replies == []
    assert "evidence_outdated" in {reason.code for reason in move.decision.reasons}
    move.press("share")
    house.judged("order-status", times=ENOUGH - 1)
    assert house.standing("order-status") == {
        ("update-address", "reply"): (60, 0, False),
        ("orderStatus", "reply"): (61, 0, True),
    }
    assert house.promote("order-status", "update-address").why is None
    assert "What's the new address?" in house.hears(MOVE).replies[-1].text
    assert len(house.hears(WHERE).replies) == 1, "what was promoted before stays so"


def test_who_falls_back_falls_back_alone(house: House) -> None:
    for text, writer in ((WHERE, "orderStatus"), (MOVE, "update-address")):
        house.hears(text).press("share")
        house.judged("order-status")
        assert house.promote("order-status", writer).why is None
    house.stage.coin = 0.0
    house.hears(MOVE)
    house.stage.pass_time(60)
    house.first.vendor.agent_writes(house.first.ticket, "No, we do not do that.")
    house.first.go_on()
    house.stage.coin = 0.5
    assert {writer: unlocked for (writer, _), (_, _, unlocked) in house.standing("order-status").items()} == {
        "update-address": False,
        "orderStatus": True,
    }
    assert house.hears(MOVE).replies == []
    assert len(house.hears(WHERE).replies) == 1


def test_what_people_approve_often_enough_may_be_done_by_itself_and_a_refusal_ends_that(stage: Stage) -> None:
    house = House(stage, "resolve")
    house.hears(RETURN).press("approve")
    assert house.standing("returns")["returns", "create_label"] == (1, 0, False)
    house.judged("returns", "create_label")
    with pytest.raises(BadInput, match="none that people have judged"):
        house.promote("returns", "orderStatus", "create_label")
    assert house.promote("returns", "returns", "create_label").why is None
    assert house.hears(RETURN).deeds == [("create_label", "done"), ("open_return", "proposed")]

    house.stage.coin = 0.0
    house.hears(RETURN).press("reject")
    assert house.standing("returns")["returns", "create_label"] == (62, 1, False)
    house.stage.coin = 0.5
    assert house.hears(RETURN).deeds == [("create_label", "proposed")]


def test_who_says_nothing_of_the_team_teaches_nothing(stage: Stage) -> None:
    house = House(stage, "resolve")
    house.hears(RETURN).press("reject", team=False)
    house.first.press("approve", team=False)
    assert house.standing("returns") == {("", "reply"): (0, 0, False)}


def test_a_workflow_that_was_edited_has_to_be_judged_again(house: House) -> None:
    house.hears(WHERE).press("share")
    house.judged("order-status")
    house.promote("order-status")
    text = house.stage.services.configuration(house.stage.account.id)
    assert text.workflows["order-status"].name == "orderStatus"
    house.stage.configure(EDITED)
    assert house.standing("order-status") == {("", "reply"): (61, 0, False)}
    asked = house.promote("order-status")
    assert asked.why is not None
    assert asked.why.code == "evidence_outdated"


EDITED = """
service: shop
classification: {categories: [{name: order-status, keywords: [where is], confidence: 0.5, autoResolve: true}]}
autoResponse: {orderStatus: {workflow: [{action: extractOrderNumber, source: [email]}, {action: fetchOrderStatus}]}}
modes: {default: deflect}
"""


def test_who_alone_judged_it_does_not_promote_it_where_another_lead_is_there(house: House) -> None:
    house.hears(WHERE).press("share")
    house.judged("order-status", times=ENOUGH + 20)
    with house.stage.database.session() as session:
        (judged,) = lessons.newest(session, house.stage.account.id, "order-status", "reply")
        for person, level in ((judged.by, Level.LEAD), ("u9", Level.LEAD), ("u10", Level.AGENT)):
            who = Who(house.stage.account.id, "", person)
            members.seen(session, who, person, level, house.stage.time)
    refused = house.promote("order-status", person=judged.by)
    assert refused.why and refused.why.code == "own_judgement"
    assert house.standing("order-status")["orderStatus", "reply"][2] is False
    assert house.promote("order-status", person="u9").why is None
    with house.stage.database.reading() as session:
        done, asked = lessons.history(session, house.stage.account.id)
        kept = evidence.newest(session, house.stage.account.id, "order-status")
    assert (done.kind, done.by, "judged by one person" in done.reason, asked.kind) == (
        "promoted",
        "Mara",
        True,
        "asked",
    )
    assert kept and (kept.people, kept.largest) == (1, 81)
