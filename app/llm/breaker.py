"""Leaves an endpoint alone that fails time after time, and tries it again after a while. Per process; nothing is stored."""

import threading
from collections.abc import Callable


class Breaker:
    """Open after ``failures`` in a row, for ``rest`` seconds; then one question goes through as a trial."""

    def __init__(self, clock: Callable[[], float], failures: int = 3, rest: float = 60.0) -> None:
        self._clock = clock
        self._most = failures
        self._rest = rest
        self._lock = threading.Lock()
        self._failed = 0
        self._until = 0.0

    @property
    def open(self) -> bool:
        """Whether the endpoint is left alone now."""
        with self._lock:
            return self._failed >= self._most and self._clock() < self._until

    def admits(self) -> bool:
        """Whether a question may be asked now. A trial that is admitted keeps others out until it is known how it went."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._rest
            return True

    def record(self, *, well: bool) -> None:
        """How a question went."""
        with self._lock:
            self._failed = 0 if well else self._failed + 1
            if not well:
                self._until = self._clock() + self._rest
