"""A web hook and a mail server on loopback that keep what they are sent, and fail when told to."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sink:
    """What arrived, oldest first. ``answers`` are given to the next calls, then 200."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def web() -> Iterator[Sink]:
    """A server that takes any POST and PUT."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.got.append({"path": self.path, "headers": dict(self.headers.items()), "body": json.loads(body)})
            status = sink.answers.pop(0) if sink.answers else 200
            self.send_response(status)
            self.send_header("Retry-After", "7")
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        do_PUT = do_POST  # noqa: N815  # as the server asks for it

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        yield from _served(server, sink)


@contextmanager
def mail() -> Iterator[Sink]:
    """A mail server without TLS that takes every mail, unless ``answers`` has a code for the recipient."""
    sink = Sink()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 sink\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    kept = message_from_bytes(b"".join(iter(self.rfile.readline, b".\r\n")))
                    sink.got.append({"headers": dict(kept.items()), "body": kept.get_payload()})
                code = sink.answers.pop(0) if word == b"RCPT" and sink.answers else 250
                self.wfile.write(f"{code} said\r\n".encode())
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        sink.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        yield from _served(server, sink)


def _served(server: socketserver.BaseServer, sink: Sink) -> Iterator[Sink]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        thread.join()
