"""A share of the long run (``python -m tests.chaos``): two minutes of events and kills, one on either database."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.__main__ import read, run
from tests.chaos.servers import postgres_programs

SHARE = ("--events", "400", "--kills", "80", "--minutes", "1")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "place",
    [("--database", "sqlite"), pytest.param(("--database", "postgresql", "--hosts", "2"), marks=pytest.mark.servers)],
    ids=lambda place: place[1],
)
def test_nothing_twice_nothing_lost_nothing_out_of_order(place: tuple[str, ...], tmp_path: Path) -> None:
    if "postgresql" in place and postgres_programs() is None:
        pytest.skip("PostgreSQL's programs are not here")
    with ExitStack() as stack:
        report, verdict = run(read([*SHARE, "--seed", "29", *place]), tmp_path, stack)
    assert verdict.clean, (verdict, report)
    assert report["settled"], report
    assert report["kills"] > 0 and report["answers"] > 0, report
