"""Which names were there before, of millions, in some twenty bytes each at most. A name itself is not kept."""

from array import array
from hashlib import blake2b

FEW = 1024


class Names:
    """Names by eight bytes of their hash: of ten million, two are taken for one with a chance of three in a million."""

    def __init__(self) -> None:
        self._places = array("Q", bytes(8 * FEW))
        self._count = 0

    def new(self, name: str) -> bool:
        """Whether this one was not there before; from now on it is."""
        key = int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") or 1
        if not _put(self._places, key):
            return False
        self._count += 1
        if 4 * self._count > 3 * len(self._places):
            self._grow()
        return True

    def _grow(self) -> None:
        places = array("Q", bytes(16 * len(self._places)))
        for key in self._places:
            if key:
                _put(places, key)
        self._places = places


def _put(places: "array[int]", key: int) -> bool:
    """Put the key into the first free place from its own on; False where it is already."""
    place = key % len(places)
    while places[place]:
        if places[place] == key:
            return False
        place = (place + 1) % len(places)
    places[place] = key
    return True
