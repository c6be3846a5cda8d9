"""A stage for each test, opened on a fresh world."""

from collections.abc import Iterator

import pytest

from tests.connectors.intercom import stage as stages
from tests.connectors.intercom.stage import IntercomStage


@pytest.fixture
def stage() -> Iterator[IntercomStage]:
    with stages.open() as opened:
        yield opened


@pytest.fixture
def codeless() -> Iterator[IntercomStage]:
    """A workspace that shows no app's code on our parts, as Intercom's own API examples do."""
    with stages.open(app_code=None, configured="") as opened:
        yield opened
