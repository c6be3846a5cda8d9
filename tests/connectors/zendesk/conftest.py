"""The stage, once a test."""

from collections.abc import Iterator

import pytest

from tests.connectors.zendesk import stage as stages


@pytest.fixture
def stage() -> Iterator[stages.ZendeskStage]:
    with stages.open() as opened:
        yield opened
