"""Outlives a supervisor that was killed, just long enough to stop what it had started. Run as a file; imports nothing of ours.

Reads lines ``+GROUP`` and ``-GROUP`` (process groups that began and ended, in the order in which to stop them) from
standard input. When that ends, each group still there gets SIGTERM, ``GRACE`` seconds, and SIGKILL.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE = 5.0


def watch(lines: Iterable[str]) -> None:
    """Follow the supervisor's lines to their end; then stop every group that it left behind."""
    groups: dict[int, None] = {}
    for line in lines:
        group = int(line[1:])
        if line[0] == "+":
            groups[group] = None
        else:
            groups.pop(group, None)
    for group in groups:
        _signal(group, signal.SIGTERM)
    end = time.monotonic() + GRACE
    while time.monotonic() < end and any(_alive(group) for group in groups):
        time.sleep(0.05)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _alive(group: int) -> bool:
    return _signal(group, 0)


def _signal(group: int, number: int) -> bool:
    """Signal a group; False when nobody is left in it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watch(sys.stdin)
