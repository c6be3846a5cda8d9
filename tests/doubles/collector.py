"""Stands in for a collector of traces: takes OTLP over HTTP, as protobuf, and remembers every span with the process that sent it."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class Got:
    """One span as it arrived."""

    process: str
    name: str
    trace: str
    id: str
    parent: str
    facts: dict[str, str]


@dataclass
class Collector:
    """Where it listens, and what came. ``raw`` is everything, to look for what must not be in it."""

    url: str
    spans: list[Got] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)

    def take(self, body: bytes) -> None:
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    facts = {one.key: str(one.value).strip() for one in span.attributes}
                    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                    self.spans.append(Got(told.get("deskhand.process", ""), span.name, *ids, facts))

    def whole(self, *names: str) -> dict[str, list[Got]]:
        """Traces that have a span of each of these names."""
        by_trace: dict[str, list[Got]] = {}
        for span in list(self.spans):
            by_trace.setdefault(span.trace, []).append(span)
        return {trace: spans for trace, spans in by_trace.items() if set(names) <= {one.name for one in spans}}


@contextmanager
def collecting() -> Iterator[Collector]:
    """It listens on a free loopback port until the end."""
    collector = Collector("")

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            right = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
            if right:
                collector.take(body)
            self.send_response(200 if right else 404)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
