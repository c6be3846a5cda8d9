"""The benchmark's cases as conversations through the real workflows. Every effect that is proposed is approved, blindly: what is
wrong has to be stopped by what the actions check, not by a person's luck."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.engine.configuration import Configuration, load
from app.engine.ports import Classifier
from app.engine.registry import ACTIONS
from app.engine.types import Classification
from app.engine.workflows import runner
from app.engine.workflows.choosing import chosen
from app.engine.workflows.types import Answer, Call, Failure, Identity, Level, Progress, Scene
from connectors.errors import NotFound, Refused
from connectors.operations import OPERATIONS, Risk
from connectors.types import Message, Person, Ref, Role, Status, Ticket
from tests.flows.retail.customer import Customer, first_message
from tests.flows.retail.policy import broken
from tests.flows.retail.shop import OFFERED, Shop, Write, apply

DATA = Path(__file__).parents[4] / "shared" / "data" / "retail"
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
SETTINGS = Path(__file__).with_name("retail.yaml")
WRITES = ("cancel_pending", "return_delivered", "exchange_delivered", "modify_")
TURNS = 12


@dataclass(frozen=True)
class Played:
    """How one case went. ``completed``: the data ended as the case wants it."""

    case: str
    completed: bool
    writes: int
    violations: tuple[str, ...]
    ended: str


@dataclass
class Conversation:
    """One case on its way."""

    case: Mapping[str, Any]
    shop: Shop
    user: str
    configuration: Configuration
    agreed: list[str]
    violations: list[str]

    def scene(self, said: list[Message], judged: Classification) -> Scene:
        """What an action may read now."""
        email = self.shop.data["users"][self.user]["email"].casefold()
        customer = Person("c", Role.CUSTOMER, email=email)
        ticket = Ticket(Ref("1"), "1", "", Status.OPEN, customer, tuple(said), said[0].at, said[-1].at)
        offered = {name: frozenset({"shop"}) for name in OFFERED}
        return Scene(ticket, judged, self.configuration, Identity(email, "c", Level.HOST), NOW, offered=offered)

    def perform(self, call: Call) -> Answer:
        """One operation, with the policy's oracle looking on."""
        if call.operation not in OFFERED:
            return Answer(failure=Failure.UNSUPPORTED)
        before, written = Shop.opened(self.shop.data), list(self.shop.writes)
        try:
            result = self.shop.run(call.operation, call.inputs)
        except NotFound:
            return Answer(failure=Failure.NOT_FOUND)
        except Refused:
            return Answer(failure=Failure.REFUSED)
        for write in self.shop.writes[len(written) :]:
            self.violations += broken(write, before.data, self.user, self.agreed, written)
        operation = OPERATIONS[call.operation]
        email = self.shop.data["users"][self.user]["email"].casefold()
        if operation.risk is Risk.READ and operation.owner and result.outputs[operation.owner] != email:
            return Answer(failure=Failure.FOREIGN)
        return Answer(dict(result.outputs), source="shop")


def play(
    case: Mapping[str, Any], data: Mapping[str, Any], configuration: Configuration, classifier: Classifier
) -> Played:
    """The whole conversation."""
    talk = Conversation(case, Shop.opened(data), _user(case, data), configuration, [], [])
    customer = Customer(case, talk.shop.data)
    person = Person("c", Role.CUSTOMER)
    said = [Message("1", person, first_message(case), NOW, public=True)]
    judged = classifier.classify(talk.scene(said, Classification((), (), "")).ticket)
    flow = chosen(talk.scene(said, judged).ticket, judged, configuration)
    progress = runner.begun(flow) if flow and "human" not in judged.flags else None
    for turn in range(TURNS):
        if progress is None or progress.ended:
            break
        progress = _walked(talk, progress, talk.scene(said, judged))
        if progress.ended or progress.waiting is None:
            break
        question = "\n".join(progress.says)
        text = customer.answer(getattr(progress.waiting, "slots", ()), question)
        talk.agreed += [question] if text == "yes" else []
        said.append(Message(str(turn + 2), person, text, NOW + timedelta(minutes=turn + 1), public=True))
        progress = runner.heard(progress, text)
    ended = str(progress.reason.code if progress.reason else progress.ended) if progress else "no workflow"
    return Played(
        case["id"], _same(talk.shop.data, _wanted(case, data)), len(talk.shop.writes), tuple(talk.violations), ended
    )


def _walked(talk: Conversation, progress: Progress, scene: Scene) -> Progress:
    while True:
        turn = runner.advance(progress, scene, ACTIONS)
        if turn.call is None:
            return turn.progress
        progress = runner.answered(turn.progress, turn.call, talk.perform(turn.call), turn.call.operation)


def _user(case: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Whose conversation it is: the case's own words for it, or the owner of the orders that it is about."""
    instructions = case["user_scenario"]["instructions"]
    told = f"{instructions.get('known_info')} {instructions.get('reason_for_call')}"
    for user, known in data["users"].items():
        name = f"{known['name']['first_name']} {known['name']['last_name']}"
        if user in told or known["email"] in told or (name in told and known["address"]["zip"] in told):
            return user
    orders = [one["arguments"].get("order_id") for one in case["evaluation_criteria"]["actions"]]
    return next(
        (data["orders"][number]["user_id"] for number in orders if number in data["orders"]), next(iter(data["users"]))
    )


def _wanted(case: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as the case wants it at the end."""
    wanted = Shop.opened(data).data
    for one in case["evaluation_criteria"]["actions"]:
        if one["name"].startswith(WRITES):
            apply(wanted, Write(one["name"], one["arguments"]))
    return wanted


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one["orders"] == other["orders"] and one["users"] == other["users"]


def every(classifier_of: Any) -> Iterable[Played]:
    """All cases, one after the other. ``classifier_of`` makes a classifier of the configuration."""
    data = json.loads((DATA / "db.json").read_text(encoding="utf-8"))
    configuration = load(SETTINGS.read_text(encoding="utf-8"), name="retail.yaml")
    classifier = classifier_of(configuration)
    for case in json.loads((DATA / "tasks.json").read_text(encoding="utf-8")):
        yield play(case, data, configuration, classifier)
