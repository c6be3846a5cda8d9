from hypothesis import given
from hypothesis import strategies as st

from app.reports import names
from app.reports.names import Names


@given(st.lists(st.text(max_size=3) | st.sampled_from(["\ud800", "a", "b"])))
def test_it_knows_what_a_set_knows(every: list[str]) -> None:
    known, mine = set(), Names()
    for name in every:
        assert mine.new(name) is (name not in known)
        known.add(name)


def test_many_names_are_told_apart_in_little_room() -> None:
    mine = Names()
    assert all(mine.new(str(n)) for n in range(20 * names.FEW))
    assert not any(mine.new(str(n)) for n in range(20 * names.FEW))
    assert len(mine._places) * mine._places.itemsize <= 2 * 16 * 20 * names.FEW
