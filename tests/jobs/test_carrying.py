"""A new model and what people promoted: kept where it answers their tickets alike, told before where it does not, back again."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from app import promoting
from app.carrying import Move, carry, falling
from app.db import examples, ids, judgements, lessons
from app.engine.lessons import Learned, Lesson
from app.engine.training import Taught
from app.nlp.model import Judgement, Opinion
from app.nlp.tier import Tier
from app.services import Services
from connectors.types import Reply
from tests.flows.stage import Stage
from tests.jobs.test_learn import Desk

CATEGORY = "order-status"


@dataclass
class Says:
    """A model that puts each text where it is told to, and everything else into the one category."""

    other: dict[str, str] = field(default_factory=dict)
    version: str = "new"

    def classify_text(self, text: str, _meaning: Any) -> Judgement:
        said = next((name for word, name in self.other.items() if word in text), CATEGORY)
        return Judgement((Opinion(said, 0.99, automatic=True),), False, 0.9)


@pytest.fixture
def desk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A category that is promoted on sixty tickets whose words are known."""
    monkeypatch.setattr(Services, "tier", Tier(name="lexical", encoder=None, why="for the play"))
    desk, account = Desk(stage), stage.account.id
    first = ids.ticket(desk.connection_id, desk.ask())
    with stage.database.session() as session:
        made_with = judgements.latest(session, first).digest
        for n in range(60):
            about = (account, CATEGORY, "reply", made_with, Lesson.KEPT, f"agent-{n % 3}", stage.time)
            lessons.save(session, Learned(f"d{n}", f"t{n}", *about))
            text = f"where is parcel number{n}x"
            examples.add(session, account, [Taught(f"e{n}", text, CATEGORY, "ada", stage.time, ref=f"t{n}")])
        assert promoting.promote(stage.services, session, account, CATEGORY, by="Mara", target=0.95).why is None
    return desk


def moved(desk: Desk, model: Says, before: str = "keywords/1", after: str = "keywords/2") -> Move:
    return Move(desk.stage.account.id, before, after, model)  # type: ignore[arg-type]


def read_with(desk: Desk, version: str) -> None:
    desk.stage.services.classifier(desk.stage.account.id).version = version


def answered(desk: Desk) -> bool:
    desk.stage.pass_time(3601)
    ticket = desk.ask()
    return any(isinstance(change, Reply) for _, change in desk.vendor.tickets[ticket].log)


def test_a_category_whose_tickets_are_answered_alike_goes_on_and_may_go_back(desk: Desk) -> None:
    assert answered(desk)
    read_with(desk, "keywords/2")
    assert not answered(desk)
    model = moved(desk, Says())
    assert falling(desk.stage.services, model) == []
    assert not answered(desk)
    assert carry(desk.stage.services, model) == []
    assert answered(desk)
    assert carry(desk.stage.services, model) == []
    read_with(desk, "keywords/1")
    assert carry(desk.stage.services, moved(desk, Says(), "keywords/2", "keywords/1")) == []
    assert answered(desk)
    with desk.stage.database.reading() as session:
        kinds = [step.kind for step in lessons.history(session, desk.stage.account.id)]
    assert kinds.count(lessons.CARRIED) == 2


def test_one_mistake_after_it_counts_among_all_that_was_carried(desk: Desk) -> None:
    read_with(desk, "keywords/2")
    carry(desk.stage.services, moved(desk, Says()))
    with desk.stage.database.reading() as session:
        (found,) = promoting.standings(desk.stage.services, session, desk.stage.account.id, CATEGORY, 0.95, {})
    assert (found.found.judged, found.unlocked, found.writer) == (60, True, "pages")


@pytest.mark.parametrize("other", [{"number1": "billing"}, {"refund": CATEGORY}])
def test_one_that_would_fall_back_is_named_before_and_nothing_is_carried(desk: Desk, other: dict[str, str]) -> None:
    stage = desk.stage
    with stage.database.session() as session:
        texts = [f"refund of order {n}" for n in range(5)]
        taught = [Taught(f"o{n}", text, "billing", "ada", stage.time, ref=f"o{n}") for n, text in enumerate(texts)]
        examples.add(session, stage.account.id, taught)
    model = moved(desk, Says({"refund": "billing", **other}))
    assert falling(stage.services, model) == [CATEGORY]
    read_with(desk, "keywords/2")
    assert carry(stage.services, model) == [CATEGORY]
    assert not answered(desk)
    read_with(desk, "keywords/1")
    assert answered(desk)
