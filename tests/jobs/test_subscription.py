"""What a customer subscribes to, in the note: of whoever is proven to ask, and of nobody else."""

from typing import Any, ClassVar

import pytest

from app.db import connections
from app.db.connections import Installed
from connectors.base import Connection, Setting
from connectors.errors import Unavailable
from connectors.operations import OPERATIONS, Fields, Operation, Result
from tests.flows.stage import QUESTION, Stage
from tests.flows.store import ANA
from tests.jobs.workflows import Play

ASKING = """
service: shop
classification: {categories: [{name: order-status, keywords: [order, where], confidence: 0.5}]}
integrations: {stripe: {fetchSubscription: WANTED}}
modes: {default: assist}
"""


class Payments:
    """A payment system with one subscription; ``owner`` says whose."""

    name: ClassVar[str] = "stripe"
    settings: ClassVar[tuple[Setting, ...]] = ()
    owner: ClassVar[str] = ANA
    down: ClassVar[bool] = False
    asked: ClassVar[list[Fields]] = []
    operations: ClassVar[dict[str, Operation]] = {"find_subscription": OPERATIONS["find_subscription"]}

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def run(self, operation: str, inputs: Fields, **options: Any) -> Result:
        self.asked.append(inputs)
        if self.down:
            raise Unavailable("no answer")
        told = dict.fromkeys(self.operations[operation].outputs) | {"owner": self.owner, "plan": "Pro", "seats": 7}
        return Result(told | {"status": "past_due"})


@pytest.fixture
def payments(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> type[Payments]:
    stage.services.connected.backends = {**stage.services.connected.backends, "stripe": Payments}
    id = connections.new_id()
    with stage.database.session() as session:
        sealed = stage.services.vault.seal({}, place=id)
        new = Installed(id, stage.account.id, "stripe", "https://pay.example", {}, sealed)
        connections.add(session, new, stage.time)
    monkeypatch.setattr(Payments, "asked", [])
    return Payments


def noted(stage: Stage, wanted: str = "true") -> str:
    play = Play(stage, text=ASKING.replace("WANTED", wanted))
    play.writes(QUESTION)
    return play.notes[-1].text


def test_a_persons_note_says_what_the_customer_subscribes_to(stage: Stage, payments: type[Payments]) -> None:
    told = "**Context:** subscription plan Pro; subscription status past_due; subscription seats 7"
    assert told in noted(stage)
    assert payments.asked == [{"email": ANA}]


def test_nothing_is_asked_where_nobody_wants_it(stage: Stage, payments: type[Payments]) -> None:
    assert "subscription" not in noted(stage, "false")
    assert payments.asked == []


@pytest.mark.parametrize(("name", "value"), [("owner", "mallory@evil.example"), ("down", True)])
def test_somebody_elses_and_silence_add_nothing(
    stage: Stage, payments: type[Payments], monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setattr(payments, name, value)
    assert "subscription" not in noted(stage)
    assert payments.asked
