"""Counters of this process: how often something happened. Nothing is stored and nothing personal is a label."""

import threading
from collections import Counter
from collections.abc import Mapping

_lock = threading.Lock()
_counts: Counter[str] = Counter()


def count(name: str, by: int = 1) -> None:
    """Add to the counter ``name`` (``webhooks.accepted``)."""
    with _lock:
        _counts[name] += by


def counts() -> Mapping[str, int]:
    """Every counter of this process, by name, as it stands."""
    with _lock:
        return dict(sorted(_counts.items()))
