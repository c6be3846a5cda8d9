"""A played model, an account with a budget, and a writer for one of its tickets."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from app.db import accounts
from app.db.database import Database
from app.db.spending import Limits, Payer
from app.llm.author import Author
from app.llm.gateway import Clock, Gateway
from app.llm.models import Model
from app.nlp.personal import mask
from app.settings import Settings
from tests.doubles.model import Stage, playing

KEY = "sk-very-secret-key"
LIMITS = Limits(ticket=100_000, requester=100_000, day=100_000)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with playing() as played:
        yield played


@pytest.fixture
def database(prepared: Settings) -> Iterator[Database]:
    opened = Database(prepared.database_url, clock=lambda: NOON)
    yield opened
    opened.dispose()


@pytest.fixture
def payer(database: Database) -> Payer:
    with database.session() as session:
        account = accounts.add(session, "shop", NOON)
    return Payer(account.id, "t1", "ana")


class Hands:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Time goes by, for nobody else."""
        self.slept.append(seconds)
        self.at += seconds

    @property
    def clock(self) -> Clock:
        """The gateway's."""
        return Clock(lambda: self.at, self.sleep)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def gateway(database: Database, hands: Hands) -> Gateway:
    return Gateway(database, LIMITS, hands.clock)


@pytest.fixture
def model(stage: Stage) -> Model:
    return Model(stage.url, "gpt-4", KEY, price_in=2.0, price_out=8.0)


@pytest.fixture
def author(gateway: Gateway, model: Model, payer: Payer) -> Callable[..., Author]:
    """Makes writers; ``seconds`` is all they have."""

    def made(seconds: float = 20.0) -> Author:
        return Author(gateway, {"draft": model, "translate": model}, payer, mask, seconds)

    return made
