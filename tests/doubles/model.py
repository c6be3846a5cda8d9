"""A played OpenAI-compatible server on loopback: scripted answers, real HTTP, and every way in which a provider fails."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Play:
    """One answer. ``body`` is what the model says; the rest is what goes wrong with it."""

    body: str = ""
    status: int = 200
    calls: tuple[tuple[str, str], ...] = ()
    """Look-ups that the model asks for: name and arguments."""
    refusal: str = ""
    finish: str = "stop"
    pieces: int = 5
    pause: float = 0.0
    """Seconds between two pieces."""
    cut: bool = False
    """The connection breaks off in the middle."""
    hang: bool = False
    """Not a byte comes."""
    drip: bool = False
    """Bytes come for ever and are never a piece."""
    raw: bytes = b""
    """Sent in the place of a stream."""
    usage: bool = True
    model: str = "played-1"
    headers: dict[str, str] = field(default_factory=dict)


def said(*statements: tuple[str, str], tone: str = "none", answerable: bool = True) -> str:
    """An answer of the agreed form: each statement with its source, several by spaces."""
    listed = [{"text": text, "sources": sources.split()} for text, sources in statements]
    return json.dumps({"answerable": answerable, "tone": tone, "statements": listed})


Script = Callable[[dict[str, Any]], Play]


class Stage:
    """What the server was asked, and what it says: a list of plays, the last for ever, or a function of the request."""

    def __init__(self) -> None:
        self.plays: list[Play] = []
        self.script: Script | None = None
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.raw: list[bytes] = []
        self.url = ""
        self.over = threading.Event()

    def play(self, *plays: Play) -> None:
        """Say these in turn."""
        self.plays[:] = plays

    def next(self, request: dict[str, Any]) -> Play:
        """What is said to this request."""
        if self.script:
            return self.script(request)
        return self.plays.pop(0) if len(self.plays) > 1 else self.plays[0]


def _pieces(play: Play) -> Iterator[dict[str, Any]]:
    """The answer as the protocol cuts it up."""
    frame = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": play.model}
    size = max(1, -(-len(play.body) // play.pieces)) if play.body else 1
    for start in range(0, len(play.body), size):
        delta = {"role": "assistant", "content": play.body[start : start + size]}
        yield {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    for n, (name, arguments) in enumerate(play.calls):
        half = len(arguments) // 2
        first = {
            "index": n,
            "id": f"call-{n}",
            "type": "function",
            "function": {"name": name, "arguments": arguments[:half]},
        }
        for part in (first, {"index": n, "function": {"arguments": arguments[half:]}}):
            yield {**frame, "choices": [{"index": 0, "delta": {"tool_calls": [part]}, "finish_reason": None}]}
    if play.refusal:
        yield {**frame, "choices": [{"index": 0, "delta": {"refusal": play.refusal}, "finish_reason": None}]}
    finish = "tool_calls" if play.calls else play.finish
    yield {**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
    if play.usage:
        used = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        yield {**frame, "choices": [], "usage": used}


class _Handler(BaseHTTPRequestHandler):
    stage: Stage

    def do_POST(self) -> None:
        stage = self.stage
        body = self.rfile.read(int(self.headers["content-length"]))
        request = json.loads(body)
        stage.raw.append(body)
        stage.asked.append(request)
        stage.keys.append(self.headers.get("authorization", ""))
        play = stage.next(request)
        if play.hang:
            stage.over.wait(60)
            return
        self.send_response(play.status)
        for name, value in play.headers.items():
            self.send_header(name, value)
        if play.status != 200 or play.raw:
            self._whole(play)
            return
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self._stream(play)

    def _whole(self, play: Play) -> None:
        content = (
            play.raw or json.dumps({"error": {"message": f"wrong key sk-leak: {play.body}", "type": "x"}}).encode()
        )
        kind = "text/event-stream" if play.status == 200 else "application/json"
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, play: Play) -> None:
        pieces = list(_pieces(play))
        try:
            while play.drip and not self.stage.over.wait(0.02):
                self.wfile.write(b" ")
                self.wfile.flush()
            for piece in pieces[: len(pieces) // 2] if play.cut else pieces:
                self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                self.wfile.flush()
                if play.pause and self.stage.over.wait(play.pause):
                    return
            if not play.cut:
                self.wfile.write(b"data: [DONE]\n\n")
        except (BrokenPipeError, ConnectionResetError):
            return

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of the play."""


@contextmanager
def playing() -> Iterator[Stage]:
    """The server, for as long as the block lasts."""
    stage = Stage()
    handler = type("Handler", (_Handler,), {"stage": stage})
    server = _Server(("127.0.0.1", 0), handler)
    stage.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stage
    finally:
        stage.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
