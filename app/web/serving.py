"""How gunicorn serves us (``gunicorn -c python:app.web.serving``): processes, threads, and log lines as everywhere else."""

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from app.settings import Settings
from app.web import PROCESS


class Quiet(Logger):  # type: ignore[misc]
    """Gunicorn's log without its line for each request: ours say what came in."""

    access_log_enabled = False


_settings = Settings.load()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_processes
threads = _settings.web_threads
preload_app = True
"""Loaded once, in the master: a process that dies is forked anew in no time, and what comes meanwhile waits in the socket."""
keepalive = 15
graceful_timeout = _settings.drain_seconds
"""At SIGTERM the listening socket is closed at once and what was begun is answered; what is not by then is cut off."""
control_socket_disable = True
logger_class = Quiet
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": f"app.logs.{'PlainLines' if _settings.log_plain else 'JsonLines'}"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["err"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["err"], "propagate": False},
    },
}


def post_worker_init(worker: Any) -> None:
    """A process that serves begins after it was forked: its threads and its line to the collector are its own."""
    worker.app.wsgi().extensions[PROCESS].begin()


def worker_exit(_server: Any, worker: Any) -> None:
    """It hands over what it counted."""
    worker.app.wsgi().extensions[PROCESS].end()
