"""Commands that run processes: everything with ``up``, or one kind each for hosts that supervise by themselves."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import replace

import click

from app.cli import broker as embedded
from app.cli.supervisor import Part, Supervisor
from app.errors import BadInput, DatabaseDown
from app.settings import Settings, child_environment

PROGRAMS = {
    "web": ("gunicorn", "-c", "python:app.web.serving", "app.web:create_app()"),
    "worker": ("jobs.worker",),
    "clock": ("jobs.clock",),
}
"""What each kind of process is, as ``python -m`` runs it: by name, because the command line does not import jobs."""
PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--port", type=PORT, help="Listen there instead of on PORT.")
def up(port: int | None) -> None:
    """Run web, workers and clock, with the embedded broker unless REDIS_URL is set. Ctrl-C stops them."""
    settings = Settings.load()
    settings = replace(settings, port=port or settings.port)
    _port_is_free(settings)
    environment = child_environment(settings)
    supervisor = Supervisor(parts(settings), environment, lambda line: click.echo(f"deskhand: {line}", err=True))
    _release(environment)
    address = f"http://{settings.host}:{settings.port}"
    supervisor.run(lambda: click.echo(f"Deskhand takes webhooks at {address}/webhooks/... (Ctrl-C stops it)"))


def parts(settings: Settings) -> list[Part]:
    """The processes of ``up``, in the order of starting; ``stage`` has the order of stopping."""
    ours = {name: [sys.executable, "-m", *program] for name, program in PROGRAMS.items()}
    broker = Part(
        "broker", [sys.executable, "-m", "app", "broker"], 3, ready=lambda: embedded.answers(settings.broker_socket)
    )
    patience = settings.drain_seconds + 5.0
    return [
        *([broker] if settings.own_broker else []),
        Part("web", ours["web"], 0, patience, ready=lambda: _takes_webhooks(settings)),
        *(Part(f"worker {n}", ours["worker"], 1, patience) for n in range(1, settings.workers + 1)),
        Part("clock", ours["clock"], 2),
    ]


@click.command()
def web() -> None:
    """Run the web server: the webhooks' door."""
    _become("web")


@click.command()
def worker() -> None:
    """Run one worker."""
    _become("worker")


@click.command()
def clock() -> None:
    """Run the clock: it rings again what waits, and asks the hosts what changed. Several may run; one leads."""
    _become("clock")


@click.command()
@click.option("--unless-redis-url", is_flag=True, help="Do nothing, for ever, when REDIS_URL is set (for a Procfile).")
def broker(unless_redis_url: bool) -> None:
    """Run the embedded broker on the data directory."""
    settings = Settings.load()
    if unless_redis_url and not settings.own_broker:
        os.execvp("sleep", ["sleep", "2147483647"])  # noqa: S606, S607 - a Procfile's line must not end
    embedded.run(settings)


@click.command()
@click.option("--once", is_flag=True, help="Play the stories, check their outcome, and end with 0 or 1.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--port", type=PORT, help="Put the sandbox there instead of on a free port.")
def demo(once: bool, as_json: bool, port: int | None) -> None:
    """Show the whole thing on this machine, with the vendors played: no account, no key."""
    from app.sandbox import demo as sandbox  # noqa: PLC0415 - the product's own path does not load the sandbox

    sys.exit(sandbox.run(once=once, as_json=as_json, port=port))


def _port_is_free(settings: Settings) -> None:
    """Raises BadInput when somebody listens there: otherwise that server's answers would be taken for ours."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            remedy = "give another one with --port or PORT (and an address of this machine as DESKHAND_HOST)"
            raise BadInput(
                f"cannot listen on {settings.host} port {settings.port} ({error.strerror})", remedy
            ) from error


def _release(environment: dict[str, str]) -> None:
    """Bring the database up to date before anything uses it."""
    if subprocess.run([sys.executable, "-m", "app", "db", "upgrade"], env=environment, check=False).returncode:
        raise DatabaseDown("the database could not be brought up to date", "see the lines above")


def _become(name: str) -> None:
    """Turn into that program."""
    os.execv(sys.executable, [sys.executable, "-m", *PROGRAMS[name]])  # noqa: S606 - no shell is the point


def _takes_webhooks(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 - compared, not bound
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
