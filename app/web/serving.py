"""How gunicorn serves us (``gunicorn -c python:app.web.serving``): processes, threads, and log lines as everywhere else."""

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from app.settings import Settings


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
graceful_timeout = 8
control_socket_disable = True
logger_class = Quiet
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "app.logs.JsonLines"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["err"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["err"], "propagate": False},
    },
}
