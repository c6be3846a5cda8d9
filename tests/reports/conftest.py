"""A stage for each test of a report: an account on a database of its own."""

from collections.abc import Iterator

import pytest

from tests.flows.played import VENDORS
from tests.flows.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.database.dispose()
    VENDORS.clear()
