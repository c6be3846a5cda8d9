"""A stage for each test of a job: an account that may answer by itself, and its played vendors."""

from collections.abc import Iterator

import pytest

from tests.flows.played import VENDORS
from tests.flows.stage import Stage


@pytest.fixture
def nobody_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer in twenty goes to a person at random, by ids that are new in each run: not in these stories."""
    monkeypatch.setattr("app.standing.coin", lambda *parts: 0.5)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.database.dispose()
    VENDORS.clear()
