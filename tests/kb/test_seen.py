"""A passage of the past is read once, and says what it says when it is read anew."""

from app.kb import seen
from app.kb.seen import _through


def test_what_was_read_is_not_read_again_and_what_is_not_there_is_not_made_up() -> None:
    asked: list[list[int]] = []

    def read(missing: list[int]) -> dict[int, str]:
        asked.append(missing)
        return {number: str(number) for number in missing if number != 9}

    known: dict[int, str] = {}
    assert _through(known, [1, 2, 1], read) == {1: "1", 2: "2"}
    assert _through(known, [2, 3, 9], read) == {2: "2", 3: "3"}
    assert asked == [[1, 2], [3, 9]]


def test_it_is_bounded_and_still_gives_all_that_is_asked_for(monkeypatch) -> None:
    monkeypatch.setattr(seen, "MOST", 3)
    known: dict[int, int] = {}
    for start in range(0, 12, 2):
        wanted = [start, start + 1]
        assert _through(known, wanted, lambda missing: dict(zip(missing, missing, strict=True))) == dict(
            zip(wanted, wanted, strict=True)
        )
        assert len(known) <= 3
