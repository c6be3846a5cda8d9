"""One seam around every request to a vendor, for whoever measures. Without anybody who does, it costs nothing and says nothing.

What is told is the vendor's name, the method and the status: no address, no header, no body.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

NO_ANSWER = 0


@dataclass
class Call:
    """One request. ``status`` is 0 until an answer came."""

    vendor: str
    method: str
    status: int = NO_ANSWER
    date: str = ""
    """The vendor's own time, as it was told with the answer."""

    def answered(self, status: int, date: str | None) -> None:
        """An answer came, with that in its header ``Date``."""
        self.status, self.date = status, date or ""


Around = Callable[[Call], AbstractContextManager[None]]
_chosen: list[Around] = []


def use(around: Around) -> None:
    """Have every request of this process run inside ``around``, which may read the call's status when it is over."""
    _chosen[:] = [around]


@contextmanager
def using(around: Around) -> Iterator[None]:
    """The same for as long as this is open."""
    before = list(_chosen)
    use(around)
    try:
        yield
    finally:
        _chosen[:] = before


@contextmanager
def call(vendor: str, method: str) -> Iterator[Call]:
    """Around one request; whoever makes it says what was answered."""
    made = Call(vendor, method)
    with _chosen[0](made) if _chosen else nullcontext():
        yield made
