"""Every conversation of the users' guide in every helpdesk, with the real connectors over real HTTP."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.db import problems
from app.sandbox.slack.state import CUSTOMERS, SHARED
from connectors.types import Priority
from tests.flows.guide.conversations import GUIDE
from tests.flows.guide.hosts import DESKS
from tests.flows.guide.house import House, opened


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where trained models are kept from one play to the next."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def open_house(tmp_path: Path, _tables: Path, models: Path) -> Iterator[Callable[[str, str], House]]:
    with ExitStack() as stack:

        def open_one(host: str, company: str) -> House:
            shutil.copy(_tables, tmp_path / "play.db")
            return stack.enter_context(opened(host, company, tmp_path / "play.db", models))

        yield open_one


def every() -> Iterator[object]:
    """Each conversation at each host; where the guide would have it in every run, elsewhere when there is time."""
    for name, told in GUIDE.items():
        for host in DESKS:
            yield pytest.param(name, host, id=f"{name}-{host}", marks=() if host == told.host else pytest.mark.slow)


def ranked(priority: str) -> int:
    return list(Priority).index(Priority(priority))


@pytest.mark.parametrize(("name", "host"), list(every()))
def test_a_conversation_of_the_guide_ends_as_written(
    name: str, host: str, open_house: Callable[[str, str], House]
) -> None:
    told = GUIDE[name]
    house = open_house(host, told.company)
    told.play(house)
    can = house.desk.can
    if can.fields:
        assert house.desk.category(house.ticket) == told.category
    if told.priority and can.priorities:
        assert ranked(house.desk.priority(house.ticket)) >= ranked(told.priority), (
            "the demo's own shop has a trigger more"
        )
    with house.services.database.reading() as session:
        assert {problem.kind for problem in problems.newest(session)} <= can.problems


def test_where_several_read_along_nothing_of_an_order_is_said(open_house: Callable[[str, str], House]) -> None:
    house = open_house("slack", "shop")
    house.prove("order-status")
    buyer = house.named("Buyer 0")
    house.desk.host.slack.person(buyer.name, CUSTOMERS).email = buyer.email
    house.ticket = house.desk.host.customer_writes(buyer.name, "Where is my order? #30000")
    house.settle()
    told = " ".join(str(message) for message in house.desk.host.slack.channels[SHARED].messages)
    assert "in transit" not in told
    assert "9400123456789" not in told + house.notes
