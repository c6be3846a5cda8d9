"""What a process measures and traces at once: the steps of a turn, and its requests to vendors."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from app import metrics, tracing
from app.tracing import Fact
from connectors import watch
from connectors.registry import BACKENDS, HELPDESKS

TOLD_APART = frozenset({200, 201, 202, 204, 400, 401, 403, 404, 409, 422, 429})
"""Statuses with a line of their own; others are told by their hundred."""
OWN = frozenset({*HELPDESKS, *BACKENDS})


@contextmanager
def step(name: str, parent: str | None = None, **facts: Fact) -> Iterator[None]:
    """A step of a turn: a span of its own, and its time in ``deskhand_step_seconds``. Facts are words of ours."""
    begun = time.perf_counter()
    try:
        with tracing.span(name, {f"deskhand.{key}": value for key, value in facts.items()}, parent=parent):
            yield
    finally:
        metrics.observe("deskhand_step_seconds", time.perf_counter() - begun, name)


def begin(endpoint: str, kind: str) -> None:
    """Measure this process's requests to vendors, and trace what it does where an address for that is set."""
    watch.use(watched)
    tracing.begin(endpoint, kind)


@contextmanager
def watched(call: watch.Call) -> Iterator[None]:
    """Around one request to a vendor."""
    vendor = call.vendor if call.vendor in OWN else "other"
    begun = time.perf_counter()
    try:
        with tracing.span("vendor.call", {"deskhand.vendor": vendor, "http.request.method": call.method}, to=True):
            try:
                yield
            finally:
                tracing.tell(**{"http.response.status_code": call.status})
    finally:
        metrics.observe("deskhand_vendor_seconds", time.perf_counter() - begun, vendor)
        metrics.add("deskhand_vendor_calls", vendor, status(call.status))


def status(number: int) -> str:
    """A status as a label: those that matter by themselves, others by their hundred, no answer at all as ``none``."""
    if number == watch.NO_ANSWER:
        return "none"
    return str(number) if number in TOLD_APART else f"{number // 100}xx"
