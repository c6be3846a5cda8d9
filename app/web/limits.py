"""How often somebody may try what they have no right to. Who proves a right is never turned away for what others tried.

Names are counted in memory, so many of them at most, by each web process for itself, and in Redis for all of them together: the stricter
of both holds, so a Redis that is away leaves each process its own. What is guarded here has 256 random bits or a signature, so a
limit keeps noise away and not a guess. What has six digits is counted in the database (``app.db.codes``).
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import ceil
from time import monotonic

from flask import Blueprint, Response, request
from werkzeug.exceptions import TooManyRequests

from app import metrics
from app.rates import Shared

MOST = 10_000
"""Names whose rate is remembered; the longest unheard is forgotten first."""
FAILURES = 60
"""A minute, from one source."""
TOGETHER = 600
"""A minute, against one target, from wherever."""


@dataclass(frozen=True)
class Pace:
    """How a caller stands: so many a minute, so many left now; ``wait`` is 0 when the request may pass. Seconds."""

    most: int
    left: int
    wait: float
    full: float
    """Until all of them are there again."""

    @property
    def headers(self) -> Mapping[str, str]:
        """As an answer says it."""
        values = (self.most, self.left, ceil(self.full))
        named = dict(zip(("Limit", "Remaining", "Reset"), map(str, values), strict=True))
        return {f"RateLimit-{name}": value for name, value in named.items()}


class Rates:
    """So many requests a minute for each name, and as many at once.

    Each web process counts for itself, and all of them together in ``shared``, where what is counted goes by the name of its ``door``.
    """

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = monotonic, *, shared: Shared | None = None, door: str = ""
    ) -> None:
        self._most = per_minute
        self._clock = clock
        self._shared, self._door = shared, door
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._gate = threading.Lock()

    def take(self, name: str, per_minute: int | None = None) -> Pace:
        """Count a request, if it may pass. ``per_minute``: this name's own rate."""
        most = per_minute or self._most
        with self._gate:
            now = self._clock()
            left, since = self._left.pop(name, (float(most), now))
            left = min(float(most), left + (now - since) * most / 60)
            passes = left >= 1
            left -= passes
            self._left[name] = (left, now)
            if len(self._left) > MOST:
                self._left.popitem(last=False)
        mine = _pace(most, left, passes=passes)
        if not passes or self._shared is None:
            return mine
        together = self._shared.take(f"{self._door} {name}", most)
        theirs = _pace(most, together[1], passes=together[0]) if together else mine
        return theirs if theirs.wait or theirs.left < mine.left else mine

    def __len__(self) -> int:
        """Names that are remembered."""
        return len(self._left)


def _pace(most: int, left: float, *, passes: bool) -> Pace:
    wait = 0.0 if passes else (1 - left) * 60 / most
    return Pace(most, int(left), wait, (most - left) * 60 / most)


class Failures:
    """Counts what failed, by its source and, where it is known, by its target."""

    def __init__(self, door: str, clock: Callable[[], float] = monotonic, *, shared: Shared | None = None) -> None:
        self._door = door
        self._sources = Rates(FAILURES, clock, shared=shared, door=f"{door} source")
        self._targets = Rates(TOGETHER, clock, shared=shared, door=f"{door} target")

    def count(self, target: str = "") -> float:
        """Seconds for which this source should be quiet; 0 while it may go on. Call it when something failed, and then only."""
        paces = [self._sources.take(source())]
        if target:
            paces.append(self._targets.take(target))
        wait = max(pace.wait for pace in paces)
        if wait:
            metrics.count(f"limits.{self._door}")
        return wait

    def failed(self, target: str = "") -> None:
        """The same. Raises TooManyRequests when it was one too many."""
        if wait := self.count(target):
            raise TooManyRequests(retry_after=ceil(wait))


def watch(pages: Blueprint, door: str, statuses: Collection[int], shared: Shared | None = None) -> None:
    """Turn what these pages refuse into 429 once it is too much. What they accept is never touched, wherever it comes from."""
    failures = Failures(door, shared=shared)

    @pages.after_request
    def paced(response: Response) -> Response:
        if response.status_code not in statuses:
            return response
        wait = failures.count((request.view_args or {}).get("connection_id", ""))
        return Response("429\n", 429, {"Retry-After": str(ceil(wait))}, content_type="text/plain") if wait else response


def source() -> str:
    """Where a request comes from: its address; of IPv6 the network that one customer of a provider is given."""
    given = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given[:100]
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return given
