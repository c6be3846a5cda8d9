"""How gunicorn serves us (``gunicorn -c python:app.web.serving``): processes, threads, and log lines as everywhere else."""

from app.settings import Settings

_settings = Settings.load()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_processes
threads = _settings.web_threads
keepalive = 15
graceful_timeout = 8
control_socket_disable = True
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "app.logs.JsonLines"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["err"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["err"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
