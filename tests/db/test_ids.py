"""Ids: unique, and in the order in which they were made, whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.db import ids


def test_ids_of_one_process_stand_in_the_order_in_which_they_were_made() -> None:
    made = [ids.fresh() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {len(one) for one in made} == {28}


def test_a_clock_that_is_set_back_changes_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ids.fresh()
    monkeypatch.setattr("app.db.ids.time.time_ns", lambda: 1_000_000_000)
    after = [ids.fresh() for _ in range(100)]
    assert [before, *after] == sorted({before, *after})


def test_threads_make_no_id_twice() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.fresh(), range(8_000)))
    assert len(set(made)) == len(made)


def test_processes_forked_in_one_millisecond_make_other_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both begin behind the same newest id, as after a fork."""
    monkeypatch.setattr("app.db.ids.time.time_ns", lambda: 1_000_000_000)
    ids.fresh()
    newest, made = ids._newest, []
    for _ in range(2):
        monkeypatch.setattr(ids, "_newest", newest)
        made += [ids.fresh() for _ in range(50)]
    assert len(set(made)) == len(made)
