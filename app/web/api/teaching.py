"""What a caller teaches about categories, and what became of it. Training itself is not begun here: it has its own schedule."""

from datetime import datetime
from typing import Literal

from app.services import Services
from app.web.api.auth import Caller
from app.web.api.declared import Given, Operation, Told, text
from app.web.api.door import Answer, Door
from app.web.api.problems import ApiError


class Example(Given):
    """A message and the category that it belongs to."""

    intent: str = text(200, default="", about="One of the configuration's categories; empty: none of them.")
    user_message: str = text(4000, about="Kept without what is personal in it.")
    bot_response: str = text(8000, default="", about="Taken, and not kept.")
    feedback: Literal["positive", "needs-improvement"] = "positive"
    reason: str = text(200, default="")


class Learnt(Told):
    """Whether it is new, and how many examples there are now."""

    new: bool
    examples: int


class Training(Told):
    """One training: whether its model is in force is its ``kind``: `trained`, `kept` (the one before) or `rolled back`."""

    number: int
    kind: str
    model: str
    by: str
    at: datetime
    why: str


class Trainings(Told):
    """Examples that were taught, and what was made of them, the newest first."""

    examples: int
    items: list[Training]


ADD = Operation(
    "addExample",
    "POST",
    "/training/examples",
    "teach",
    "Teach an example.",
    {201: Learnt},
    body=Example,
    refusals={404: "There is no such category."},
    keyed=True,
    details="A new model is trained by its schedule, and counts only if it is better on what no model has seen.",
)
LIST = Operation("listTrainings", "GET", "/training", "read", "What became of trainings.", {200: Trainings})
MOST = 50


def register(door: Door) -> None:
    """Hang the operations at the door. Who takes webhooks needs none of what they load."""
    services = door.services

    @door.serves(ADD)
    def add_example(caller: Caller, body: Example) -> Answer:
        known = {category.name for category in services.configuration(caller.account_id).categories}
        if body.intent and body.intent not in known:
            raise ApiError(404, "no_such_category", "intent: name one of the configuration's categories.")
        return Answer(_taught(services, caller, body))

    @door.serves(LIST)
    def list_trainings(caller: Caller) -> Trainings:
        from app.db import examples  # noqa: PLC0415

        with services.database.reading() as session:
            every = examples.generations(session, caller.account_id)[:MOST]
            number = examples.count(session, caller.account_id)
        items = [
            Training(
                number=one.number,
                kind=one.kind,
                model=one.model,
                by=one.by,
                at=one.at,
                why=str(one.report.get("why", "")),
            )
            for one in every
        ]
        return Trainings(examples=number, items=items)


def _taught(services: Services, caller: Caller, given: Example) -> Learnt:
    from app.db import examples  # noqa: PLC0415
    from app.engine.training import Taught, name  # noqa: PLC0415
    from app.nlp.personal import mask  # noqa: PLC0415

    by, words = f"api:{caller.access_id}", mask(given.user_message).text
    named = name(caller.account_id, words, given.intent, by)
    with services.database.session() as session:
        at = services.database.now(session)
        taught = Taught(named, words, given.intent, by, at, given.feedback, given.reason)
        new = examples.add(session, caller.account_id, [taught])
        return Learnt(new=bool(new), examples=examples.count(session, caller.account_id))
