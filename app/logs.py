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


def set_up(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every logger's lines to ``stream`` (standard error) as JSON; libraries only from WARNING up."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    # What no line of ours shows is not looked up either: where in the code, thread and process (logging's "Optimization").
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for package in ("app", "connectors", "jobs"):
        logging.getLogger(package).setLevel(level)


class JsonLines(logging.Formatter):
    """One JSON object a line. Fields with a secret's name are hidden, and secrets' well-known shapes anywhere."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
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
        return _encode(line)


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
