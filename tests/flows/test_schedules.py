"""Once-only effects: whatever happens at whatever moment, nothing is done twice or lost.

Each schedule is made from a seed; ``python -m tests.flows.schedules SEED`` plays one again.
"""

import logging
from collections.abc import Iterator

import pytest

from tests.flows import schedules
from tests.flows.ground import Ground
from tests.flows.played import VENDORS

SHARE = 75
PART = 500


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """Thousands of plays log thousands of failures that were asked for."""
    logging.disable()
    made = Ground()
    yield made
    made.database.dispose()
    VENDORS.clear()
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("first", range(0, 2 * SHARE, SHARE))
def test_no_schedule_does_anything_twice_or_loses_it(ground: Ground, first: int) -> None:
    schedules.play(ground, range(first, first + SHARE))


@pytest.mark.slow
@pytest.mark.schedules
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(1000, 4000, PART))
def test_thousands_of_schedules(ground: Ground, first: int) -> None:
    schedules.play(ground, range(first, first + PART))
