"""What the doctor looks at in the database and in Redis: that they answer, are new enough, keep what they are given, and have our time."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import func, select, text

from app.cli.doctor.finding import Finding, judged, tried
from app.db import migrations
from app.errors import BrokerDown
from app.services import Services

SKEW = 2.0
"""Seconds that two machines' clocks may differ: leases last ten at least."""
POSTGRESQL = 13
"""The oldest that is still kept by its makers."""
CONNECTIONS = 15
"""That one process of ours may open at most."""


def database(services: Services) -> Finding:
    """Whether it can be written and has every table."""
    kind = services.database.engine.dialect.name
    if migrations.pending(services.database):
        return Finding("database", False, f"{kind}, not up to date", "run `deskhand db upgrade`")
    with services.database.session():
        return Finding("database", True, f"{kind}, up to date, can be written")


def broker(services: Services) -> Finding:
    """Whether Redis answers."""
    services.work.check()
    return Finding("broker", True, "answers")


def asked_broker(services: Services, what: str, look: Callable[[], Finding]) -> Finding:
    """As ``tried``; who has no Redis of their own is not sent to look for one."""

    def asked() -> Finding:
        try:
            return look()
        except BrokerDown as error:
            if not services.settings.own_broker:
                raise
            return Finding(what, False, error.problem, "start `deskhand up`: it brings Redis along")

    return tried(what, asked)


def look(services: Services, *, broker_well: bool) -> Iterator[Finding]:
    """What else there is to say about both, where they answer."""
    if services.database.engine.dialect.name == "postgresql":
        yield server(services)
        yield room(services)
        yield database_clock(services)
    if broker_well:
        yield from keeps(services)


def server(services: Services) -> Finding:
    """PostgreSQL's version."""
    with services.database.reading() as session:
        number = int(session.execute(text("show server_version_num")).scalar_one())
    remedy = f"upgrade PostgreSQL to {POSTGRESQL} or newer"
    return judged("PostgreSQL", f"version {number // 10000}", remedy, well=number // 10000 >= POSTGRESQL)


def room(services: Services) -> Finding:
    """Whether PostgreSQL lets all our processes in at once."""
    with services.database.reading() as session:
        most = int(session.execute(text("show max_connections")).scalar_one())
        used = int(session.execute(text("select count(*) from pg_stat_activity")).scalar_one())
    wanted = CONNECTIONS * services.settings.web_processes + 3 * services.settings.workers + 3
    remedy = f"raise max_connections: this machine's processes may need {wanted}"
    return judged("connections", f"{used} of {most} are used", remedy, well=most - used > 3 and most >= wanted)


def database_clock(services: Services) -> Finding:
    """Its time beside ours."""
    with services.database.reading() as session:
        theirs = session.execute(select(func.clock_timestamp())).scalar_one()
    return skew("database clock", theirs.timestamp(), datetime.now(UTC).timestamp())


def skew(what: str, theirs: float, ours: float) -> Finding:
    """How far two clocks are apart."""
    apart = theirs - ours
    remedy = "set both machines' clocks by the same time servers (chrony, systemd-timesyncd)"
    return judged(what, f"{apart:+.1f} s from this machine's", remedy, well=abs(apart) <= SKEW)


def keeps(services: Services) -> Iterator[Finding]:
    """What Redis does when it is full or restarted, and its time. Nothing of ours depends on it; much is slower without."""
    told = services.work.server()
    remedy = (
        "set maxmemory-policy to noeviction: it throws jobs away when it is full, and the clock has to ring them again"
    )
    policy = told.policy or "unknown"
    yield judged("broker memory", f"maxmemory-policy {policy}", remedy, well=told.policy in ("", "noeviction"))
    remedy = "set appendonly to yes: after its restart all work waits for the clock to ring again"
    kept = {True: "appended to a file", False: "kept in memory alone", None: "it does not say"}[told.kept]
    yield Finding("broker persistence", True, kept, remedy if told.kept is False else "", note=told.kept is False)
    yield skew("broker clock", told.time, time.time())
