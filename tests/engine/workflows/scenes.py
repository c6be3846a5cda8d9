"""What an action is given, for tests: everything has a default."""

from typing import Any

from app.engine.configuration import load
from app.engine.configuration.steps import Step, Workflow
from app.engine.workflows.types import Action, Answer, Call, Exchange, Identity, Level, Move, Scene
from tests.builders import NOON, a_classification, a_ticket

CONFIGURATION = load("service: shop\nclassification: {categories: [{name: order-status, keywords: [order]}]}", name="x")
ANA = Identity("ana@customer.example", "p1", Level.HOST)


def a_scene(*said: str, **changes: Any) -> Scene:
    """Ana writes; nothing has been asked yet."""
    values: dict[str, Any] = {
        "ticket": a_ticket(*said),
        "classification": a_classification(),
        "configuration": CONFIGURATION,
        "identity": ANA,
        "now": NOON,
    }
    return Scene(**(values | changes))


def told(scene: Scene, call: Call, **outputs: Any) -> Scene:
    """The same scene once a backend has answered that call."""
    exchange = Exchange(call, Answer(outputs, source="store"))
    return Scene(**{**vars(scene), "exchanges": (*scene.exchanges, exchange)})


def acted(action: Action, scene: Scene, **settings: Any) -> Move:
    return action.act(Step("step", "step", settings), scene)


def a_workflow(*actions: str, condition: str = "") -> Workflow:
    """Steps of these actions; the condition stands at the last."""
    steps = [Step(name, name, {}, condition if name == actions[-1] else "") for name in actions]
    return Workflow("flow", "order-status", tuple(steps))
