"""A stage for each test of a job: an account that may answer by itself, and its played vendors."""

from collections.abc import Iterator

import pytest

from tests.flows.played import VENDORS
from tests.flows.stage import Stage
from tests.notices.sinks import Sink, web


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.database.dispose()
    VENDORS.clear()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Where webhooks of ours arrive."""
    with web() as sink:
        yield sink
