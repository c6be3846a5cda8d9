"""``deskhand doctor``: what is wrong, in words, and what to do. Looks only; changes nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import click

from app import connecting, logs
from app.cli import opening
from app.cli.remedies import remedy
from app.db import accounts, clocks, connections, inbox, migrations, problems
from app.db.connections import Installed
from app.errors import BrokerDown, DatabaseDown, DeskhandError
from app.services import Services
from app.settings import Settings
from connectors.base import Doubts
from connectors.errors import ConnectorError

LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``remedy`` is empty when all is well; ``note``: it happened lately and breaks nothing now."""

    what: str
    well: bool
    text: str
    remedy: str = ""
    note: bool = False

    @property
    def mark(self) -> str:
        """The word beside it in the table."""
        return ("read" if self.note else "well") if self.well else "WRONG"


@click.command()
@click.option("--offline", is_flag=True, help="Ask no vendor.")
@opening.as_json
def doctor(offline: bool, as_json: bool) -> None:
    """Look at Redis, the database, workers, clock and every connection. Exit 1 when something is wrong."""
    settings = Settings.load()
    logs.set_up(settings.log_level)
    findings = list(examine(Services(settings), offline=offline))
    well = all(finding.well for finding in findings)
    if as_json:
        opening.print_json({"ok": well, "findings": [asdict(finding) for finding in findings]})
    else:
        rows = [(f.what, f.mark, f.text, f.remedy) for f in findings]
        opening.print_table("Deskhand", ("", "", "what", "what to do"), rows)
    raise SystemExit(0 if well else 1)


def examine(services: Services, *, offline: bool) -> Iterator[Finding]:
    """Everything that was looked at, in the order in which things depend on each other."""
    database = _tried("database", lambda: _database(services))
    yield database
    yield _asked_broker(services, "broker", lambda: _broker(services))
    yield _language(services)
    if not database.well:
        return
    yield _asked_broker(services, "workers", lambda: _workers(services))
    yield _tried("clock", lambda: _clock(services))
    with services.database.reading() as session:
        names = {one.id: one.name for one in accounts.every(session)}
        installed = {one.id: (_called(one, names), one) for one in connections.every(session)}
        waiting = inbox.backlog(session)
        trouble = [p for p in problems.newest(session) if p.last_at and p.last_at > datetime.now(UTC) - LATELY]
    yield Finding("inbox", True, f"{waiting} events wait to be worked on")
    for what, one in installed.values():
        yield _tried(what, partial(_connection, services, what, one, offline))
    for problem in trouble:
        times = f" ({problem.times} times)" if problem.times > 1 else ""
        known = installed.get(problem.connection_id or "")
        where = f"{known[0]}: " if known else ""
        yield Finding("to read", True, f"{where}{problem.text}{times}", problem.remedy, note=True)


def _called(installed: Installed, accounts_by_id: Mapping[str, str]) -> str:
    """How a person knows the connection: vendor, account, and the id that commands take."""
    return f"{installed.vendor} of {accounts_by_id.get(installed.account_id, 'no account')} {installed.id}"


def _tried(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (BrokerDown, DatabaseDown) as error:
        return Finding(what, False, error.problem, error.remedy)


def _asked_broker(services: Services, what: str, look: Callable[[], Finding]) -> Finding:
    """As ``_tried``; who has no Redis of their own is not sent to look for one."""
    found = _tried(what, look)
    ours = not found.well and services.settings.own_broker
    return replace(found, remedy="start `deskhand up`: it brings Redis along") if ours else found


def _database(services: Services) -> Finding:
    kind = services.database.engine.dialect.name
    if migrations.pending(services.database):
        return Finding("database", False, f"{kind}, not up to date", "run `deskhand db upgrade`")
    with services.database.session():
        return Finding("database", True, f"{kind}, up to date, can be written")


def _broker(services: Services) -> Finding:
    services.work.check()
    return Finding("broker", True, "answers")


def _language(services: Services) -> Finding:
    runs = services.tier
    remedy = "install Deskhand's own requirements, or set DESKHAND_MODEL_FILE and DESKHAND_MODEL_SHA256"
    return Finding(
        "language", runs.encoder is not None, f"{runs.name} tier: {runs.why}", "" if runs.encoder else remedy
    )


def _workers(services: Services) -> Finding:
    count = services.work.workers()
    remedy = "" if count else "start `deskhand up`, or `deskhand worker` on a machine of its own"
    return Finding("workers", bool(count), f"{count} at work", remedy)


def _clock(services: Services) -> Finding:
    with services.database.reading() as session:
        led = clocks.led(session, "clock", services.database.now(session))
    remedy = "" if led else "start `deskhand up`, or `deskhand clock`: without it lost doorbells stay lost"
    return Finding("clock", led, "beats" if led else "no clock has beaten in the last seconds", remedy)


def _connection(services: Services, what: str, installed: Installed, offline: bool) -> Finding:
    if not installed.active:
        remedy_ = f"put that right, then run `deskhand connect` again, or `deskhand resume {installed.id}`"
        return Finding(what, False, f"paused: {installed.reason}", remedy_)
    try:
        connector = connecting.system(services, installed)
        found = {} if offline else connector.check()
        doubts = connector.doubts() if isinstance(connector, Doubts) and not offline else ()
    except DeskhandError as error:
        return Finding(what, False, error.problem, error.remedy)
    except ConnectorError as error:
        return Finding(what, False, f"{type(error).__name__}: {error}", remedy(error))
    if doubts:
        return Finding(what, False, "; ".join(doubts), "run `deskhand connect` again with that put right")
    return Finding(what, True, "not asked" if offline else f"answers{_as(found)}")


def _as(found: Mapping[str, str]) -> str:
    name = found.get("account") or found.get("user_id")
    return f" as {name}" if name else ""
