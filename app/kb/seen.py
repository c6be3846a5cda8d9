"""What is read of passages: each time anew, or once for a moment of the past, in which nothing changes any more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db import passages, vectors
from app.db.passages import Found

Parts = dict[int, NDArray[np.float32]]
Kept = TypeVar("Kept")
MOST = 500
"""Passages that are remembered: with the vectors of its sentences one takes up to 30 kB."""


class Anew:
    """Reads what is there now."""

    def found(self, session: Session, numbers: Iterable[int]) -> Mapping[int, Found]:
        """Those passages, by their numbers."""
        return passages.read(session, numbers)

    def whole(self, session: Session, found: Sequence[Found], longest: int) -> list[str]:
        """The section of each, or the passage alone where that is longer."""
        return passages.sections(session, found, longest)

    def close(self, session: Session, encoder: str, numbers: Iterable[int], width: int) -> Mapping[int, Parts]:
        """Every vector of each, by passage and part."""
        return vectors.close(session, encoder, numbers, width)


class Once(Anew):
    """The same, each passage read once. For one account, one encoder and one ``longest``."""

    def __init__(self) -> None:
        self._found: dict[int, Found] = {}
        self._whole: dict[int, str] = {}
        self._close: dict[int, Parts] = {}

    def found(self, session: Session, numbers: Iterable[int]) -> Mapping[int, Found]:
        """Those passages, by their numbers."""
        return _through(self._found, numbers, lambda missing: passages.read(session, missing))

    def whole(self, session: Session, found: Sequence[Found], longest: int) -> list[str]:
        """The section of each, or the passage alone where that is longer."""
        by = {one.id: one for one in found}

        def read(missing: list[int]) -> Mapping[int, str]:
            return dict(zip(missing, passages.sections(session, [by[n] for n in missing], longest), strict=True))

        told = _through(self._whole, by, read)
        return [told[one.id] for one in found]

    def close(self, session: Session, encoder: str, numbers: Iterable[int], width: int) -> Mapping[int, Parts]:
        """Every vector of each, by passage and part."""
        return _through(
            self._close,
            numbers,
            lambda missing: {n: {} for n in missing} | vectors.close(session, encoder, missing, width),
        )


def _through(
    known: dict[int, Kept], numbers: Iterable[int], read: Callable[[list[int]], Mapping[int, Kept]]
) -> dict[int, Kept]:
    wanted = list(dict.fromkeys(numbers))
    if missing := [number for number in wanted if number not in known]:
        if len(known) + len(missing) > MOST:
            known.clear()
            missing = wanted
        known.update(read(missing))
    return {number: known[number] for number in wanted if number in known}
