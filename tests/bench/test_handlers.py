"""What our receiver is measured beside can be served as it is."""

import pytest

from app.web import PROCESS
from tests.bench import handlers


@pytest.mark.parametrize("make", [handlers.bare, handlers.obvious])
def test_it_begins_and_ends_as_a_process_of_ours_does(make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_REDIS", "redis://127.0.0.1:1")
    process = make().extensions[PROCESS]
    process.begin()
    process.end()
