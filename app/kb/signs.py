"""Vectors as the signs of their numbers: 48 bytes instead of 1,536, by which the few that are worth comparing are found.

On 41,000 sentences of public sets the 1,500 nearest by signs hold 99.6 % of the 100 nearest by cosine and 99.9 % of the 10 nearest.
"""

import numpy as np
from numpy.typing import NDArray

LEAST = 5_000
"""Rows under which every one is compared: it is quick enough, and exact. Among fewer than those 41,000 no less is found."""
KEPT = 1_500
"""Rows that are left to be compared."""
FEW = 64
"""Rows that are gathered and compared at once."""
_WORD = 64


class Meanings:
    """Unit vectors as rows, and which of them are near to one: all are compared, or among many those whose signs are the nearest."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self._rows = rows
        self._signs = Signs(rows) if Signs.serve(rows) else None

    def near(self, vector: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The rows that were compared with a unit vector, in order of place, and their cosines."""
        if self._signs is None:
            return np.arange(len(self._rows)), self._rows @ vector
        rows = self._signs.nearest(vector)
        # Few at a time: what was just gathered is then still near the processor (measured: a sixth of the time).
        few = (rows[start : start + FEW] for start in range(0, len(rows), FEW))
        return rows, np.concatenate([self._rows[part] @ vector for part in few])


class Signs:
    """The signs of a matrix's rows, column after column. Takes as many numbers a row as are a multiple of 64."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self._words = np.ascontiguousarray(_packed(rows).T)

    @staticmethod
    def serve(rows: NDArray[np.float32]) -> bool:
        """Whether they are worth their while for this matrix."""
        return len(rows) >= LEAST and rows.shape[1] % _WORD == 0

    def nearest(self, vector: NDArray[np.float32], count: int = KEPT) -> NDArray[np.intp]:
        """The ``count`` rows with the most signs in common with a vector's, in order of place: no more, however many are equal."""
        count = min(count, self._words.shape[1])
        apart = np.zeros(self._words.shape[1], np.uint16)
        for known, asked in zip(self._words, _packed(vector[None, :])[0], strict=True):
            apart += np.bitwise_count(known ^ asked)
        return np.sort(np.argpartition(apart, count - 1)[:count])


def _packed(rows: NDArray[np.float32]) -> NDArray[np.uint64]:
    return np.packbits(rows > 0, axis=1).view(np.uint64)
