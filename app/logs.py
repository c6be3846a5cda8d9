"""Log lines: one JSON object each, a fixed event name (``noun.verb``), values as fields. Never what a customer wrote, never a secret."""

import contextvars
import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(
    r"secret|token|password|passwd|authorization|signature|cookie|api_?key|credential|"
    r"^(body|text|subject|email|phone|prompt|name|payload|headers)$",
    re.IGNORECASE,
)
SECRET_SHAPES = re.compile(
    r"(?P<lead>://[^:/@\s]*:)[^@\s]+(?=@)|(?P<word>\b(?:Bearer|Basic)\s+)\S+|\bxox[a-z]-[\w-]+|\bxapp-[\w-]+|[\w.+-]+@[\w-]+\.[\w.-]+"
)
OWN_PACKAGES = ("app.", "connectors.", "jobs.")
PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_encode = json.JSONEncoder(ensure_ascii=False).encode
_context: contextvars.ContextVar[Mapping[str, str]] = contextvars.ContextVar("log_context", default={})  # noqa: B039 - never mutated


@contextmanager
def context(**values: str) -> Iterator[None]:
    """Every line inside carries these values (account, connection, ticket, job, attempt)."""
    mark = _context.set({**_context.get(), **values})
    try:
        yield
    finally:
        _context.reset(mark)


def set_up(level: str = "INFO", stream: TextIO | None = None, *, plain: bool = False) -> None:
    """Send every logger's lines to ``stream`` (standard error) as JSON; libraries only from WARNING up.

    ``plain`` lines say the same to people. What ends the process unforeseen is a line as well, never a bare traceback.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(PlainLines() if plain else JsonLines())
    root = logging.getLogger()
    # What no line of ours shows is not looked up either: where in the code, thread and process (logging's "Optimization").
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for package in ("app", "connectors", "jobs"):
        logging.getLogger(package).setLevel(level)
    sys.excepthook = _crashed


def _crashed(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """The last line of a process."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("app").critical("process.crashed", exc_info=(kind, error, traceback))


class JsonLines(logging.Formatter):
    """One JSON object a line. Fields with a secret's name are hidden, and secrets' well-known shapes anywhere."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        return _encode(self.fields(record))

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the line says, by name."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _safe(record.getMessage()),
            "logger": record.name,
            **_context.get(),
        }
        for name, value in vars(record).items():
            if name not in PLAIN:
                line[name] = HIDDEN if _secret(name) else _safe(value)
        if record.exc_info and record.exc_info[1]:
            line["error"] = trace(record.exc_info[1])
        return line


class PlainLines(JsonLines):
    """The same for people: time, level, event, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        fields = self.fields(record)
        at, level, event = (str(fields.pop(name)) for name in ("at", "level", "event"))
        rest = " ".join(f"{name}={_encode(value)}" for name, value in fields.items())
        return f"{at[11:23]} {level:8} {_encode(event)[1:-1]:24} {rest}".rstrip()


def trace(error: BaseException) -> str:
    """The error and where it came from. A foreign error's own words are left out: they may quote what a customer wrote."""
    own = type(error).__module__.startswith(OWN_PACKAGES)
    words = f": {_safe(str(error))}" if own else ""
    places = []
    step = error.__traceback__
    while step:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    cause = error.__cause__
    return f"{type(error).__name__}{words} at {' > '.join(places)}" + (f" from {trace(cause)}" if cause else "")


@lru_cache(maxsize=1000)
def _secret(name: str) -> bool:
    """Whether a field of this name is never shown. Names are few; values are never kept."""
    return SECRET_NAMES.search(name) is not None


def _safe(value: object) -> Any:
    """Numbers and truth values as they are; everything else as text with secrets' shapes hidden."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return SECRET_SHAPES.sub(lambda m: f"{m['lead'] or m['word'] or ''}{HIDDEN}", str(value))
