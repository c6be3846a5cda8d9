"""Traces by OpenTelemetry, where an address for them is set. Without one nothing is loaded and a span costs a look at a name.

A span's attributes are words and numbers of ours: never what a customer wrote, never a name or an address. An error is its kind.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app import logs

if TYPE_CHECKING:  # loaded by who has an address for traces
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Fact = str | int | float | bool


@dataclass(frozen=True)
class _Open:
    provider: "TracerProvider"
    tracer: "Tracer"


_open: list[_Open] = []
_NOTHING: AbstractContextManager[None] = nullcontext()


def begin(endpoint: str, kind: str) -> None:
    """Send this process's spans to the collector at ``endpoint`` (OTLP over HTTP); nothing where that is empty.

    Called once in each process, after any fork. A collector that is away costs spans, never work.
    """
    if not endpoint or _open:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "deskhand", "deskhand.process": kind}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    _open[:] = [_Open(provider, provider.get_tracer("deskhand"))]


def end() -> None:
    """Hand over what was not sent yet. Waits some seconds at most."""
    for one in _open:
        one.provider.shutdown()
    _open.clear()


def span(
    name: str, facts: Mapping[str, Fact] | None = None, *, parent: str | None = None, to: bool = False
) -> AbstractContextManager[None]:
    """A span around what is done inside; ``parent`` is a saved trace that it belongs to. ``to``: it is a call to somebody else."""
    return _spanned(name, facts or {}, parent, to=to) if _open else _NOTHING


def waited(name: str, since: datetime | None, parent: str | None) -> None:
    """A span for the time since then, in which nobody worked on it."""
    if _open and since:
        made = _open[0].tracer.start_span(name, context=_context(parent), start_time=int(since.timestamp() * 1e9))
        made.end()


def tell(**facts: Fact) -> None:
    """Put these on the span that is open here, if there is one."""
    if _open:
        from opentelemetry import trace  # noqa: PLC0415

        trace.get_current_span().set_attributes(facts)


def current() -> str | None:
    """The open span as a W3C traceparent, to be saved with what others go on with; None where nothing is traced."""
    if not _open:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def _spanned(name: str, facts: Mapping[str, Fact], parent: str | None, *, to: bool) -> Iterator[None]:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415

    kind: SpanKind = SpanKind.CLIENT if to else SpanKind.INTERNAL
    started = _open[0].tracer.start_as_current_span(
        name,
        context=_context(parent),
        kind=kind,
        attributes=dict(facts),
        record_exception=False,
        set_status_on_exception=False,
    )
    with started as made, logs.context(trace=format(made.get_span_context().trace_id, "032x")):
        try:
            yield
        except Exception as error:
            _failed(made, error)
            raise


def _failed(made: "Span", error: Exception) -> None:
    """The error's kind alone: its words may be a customer's."""
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415

    made.set_attribute("error.type", type(error).__name__)
    made.set_status(Status(StatusCode.ERROR))


def _context(parent: str | None) -> "Context | None":
    """The saved trace as something to begin in; where none was saved, whatever is open here."""
    if not parent:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    return TraceContextTextMapPropagator().extract({"traceparent": parent})
