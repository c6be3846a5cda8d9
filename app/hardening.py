"""A process of ours keeps to itself what it holds: no core dump, no other process that looks into it, no foreign words when it dies."""

import ctypes
import logging
import resource
import sys
import threading
from types import TracebackType

log = logging.getLogger(__name__)

PR_SET_DUMPABLE = 4
"""Of Linux: without it no debugger of the same user attaches, and nobody else reads the process's memory or environment."""


def harden() -> None:
    """For this process and what it forks; a program that it turns into begins anew and has to call this itself.

    Hooks that somebody else has set stay: a test runner's, a debugger's.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _crashed
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _thread_crashed


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw, as a log line: where it happened, and no word of what was in hand."""
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("process.crashed", exc_info=(kind, error, trace))


def _thread_crashed(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None:
        _crashed(given.exc_type, given.exc_value, given.exc_traceback)
