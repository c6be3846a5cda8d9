"""What the doctor looks at in connections: whether each vendor knows us, has our time, and what went wrong lately."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

from app import connecting
from app.cli.doctor.finding import Finding, judged, tried
from app.cli.remedies import remedy
from app.db import accounts, connections, problems
from app.db.connections import Installed
from app.errors import DeskhandError
from app.services import Services
from connectors import watch
from connectors.base import Doubts
from connectors.errors import ConnectorError

LATELY = timedelta(days=1)
SKEW = 30.0
"""Seconds that a vendor's clock may differ: signatures with a time are taken for some minutes."""


def look(services: Services, *, offline: bool) -> Iterator[Finding]:
    """Each connection, then what admins should have read in the last day."""
    with services.database.reading() as session:
        names = {one.id: one.name for one in accounts.every(session)}
        installed = {one.id: (_called(one, names), one) for one in connections.every(session)}
        since = services.database.now(session) - LATELY
        trouble = [p for p in problems.newest(session) if p.last_at and p.last_at > since]
    for what, one in installed.values():
        with _listening() as dates:
            yield tried(what, partial(_connection, services, what, one, offline))
        yield from (_apart(f"{what}: clock", told, here) for told, here in dates[-1:])
    for problem in trouble:
        times = f" ({problem.times} times)" if problem.times > 1 else ""
        known = installed.get(problem.connection_id or "")
        where = f"{known[0]}: " if known else ""
        yield Finding("to read", True, f"{where}{problem.text}{times}", problem.remedy, note=True)


def _called(installed: Installed, accounts_by_id: Mapping[str, str]) -> str:
    """How a person knows the connection: vendor, account, and the id that commands take."""
    return f"{installed.vendor} of {accounts_by_id.get(installed.account_id, 'no account')} {installed.id}"


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


@contextmanager
def _listening() -> Iterator[list[tuple[str, datetime]]]:
    """What vendors say the time is, and when they said it, while this is open."""
    heard: list[tuple[str, datetime]] = []

    @contextmanager
    def around(call: watch.Call) -> Iterator[None]:
        yield
        if call.date:
            heard.append((call.date, datetime.now(UTC)))

    with watch.using(around):
        yield heard


def _apart(what: str, told: str, here: datetime) -> Finding:
    try:
        apart = (parsedate_to_datetime(told) - here).total_seconds()
    except (ValueError, TypeError):
        return Finding(what, True, "it tells no time that can be read")
    remedy_ = "set this machine's clock by time servers (chrony, systemd-timesyncd): signatures are refused when it is far off"
    return judged(what, f"{apart:+.0f} s from this machine's", remedy_, well=abs(apart) <= SKEW)
