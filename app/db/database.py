"""One database, SQLite or PostgreSQL: sessions, and which clock counts. No table and no query lives here."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from app.errors import DatabaseDown

BUSY = 15_000
"""How long a writer waits for another one on SQLite, in milliseconds."""
IDLE = 1.0
"""Seconds for which a server's connection may lie unused; then it is asked whether it still stands, before anything is done with it."""


class Database:
    """Hands out units of work. Every process has connections of its own, also after a fork.

    ``url`` is ``sqlite:///file``, ``sqlite://`` (in memory, one connection) or ``postgresql://...``.
    ``clock`` replaces the time that leases and retries go by; without one it is the database server's on PostgreSQL
    (several hosts share it) and the machine's on SQLite.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] | None = None) -> None:
        self.url = driven(url)
        self._clock = clock
        self._engine = _engine(self.url)
        self._pid = os.getpid()
        self._info = {"now": self.now}

    @property
    def engine(self) -> Engine:
        """This process's engine. The parent's connections are forgotten, never closed: they are still the parent's."""
        if self._pid != os.getpid():
            self._engine.dispose(close=False)
            self._pid = os.getpid()
        return self._engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One unit of work: committed at the end, rolled back on any error. Holds SQLite's write lock: keep it short.

        Raises DatabaseDown when the database cannot be reached or written; nothing was kept then, unless the answer to
        the commit itself was what got lost.
        """
        with _translated(), Session(self.engine, expire_on_commit=False, info=self._info) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One look at everything as it was at one moment, that blocks nobody. What is written in it is rolled back."""
        engine = self.engine
        how = {"reading": True} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with _translated(), engine.connect().execution_options(**how) as connection:
            yield Session(connection, expire_on_commit=False, info=self._info)
            connection.rollback()

    def now(self, session: Session) -> datetime:
        """The time that leases and retries go by, aware UTC."""
        if self._clock is not None:
            return self._clock()
        if self.engine.dialect.name == "sqlite":
            return datetime.now(UTC)
        moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def scrub(self) -> None:
        """What was deleted is taken out of the files too: no page, no journal and no free space still shows it.

        SQLite's file is written anew, which takes its lock for a while. On PostgreSQL the space is only freed to be written over.
        Raises DatabaseDown when somebody else is at it: try again.
        """
        with _translated(), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            if self.engine.dialect.name != "sqlite":
                raw.set_autocommit(True)  # type: ignore[union-attr]  # psycopg's
                raw.execute("vacuum")  # type: ignore[union-attr]
                raw.set_autocommit(False)  # type: ignore[union-attr]
                return
            for statement in ("vacuum", "pragma wal_checkpoint(truncate)"):
                raw.execute(statement).fetchall()  # type: ignore[union-attr]

    def dispose(self) -> None:
        """Close every connection of this process."""
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise DatabaseDown("the database cannot be reached or written", "see that it runs and has room") from error


def driven(url: str) -> str:
    """The address with the driver we ship: ``postgres://`` and ``postgresql://`` mean psycopg 3."""
    scheme, separator, rest = url.partition("://")
    known = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
    return f"{known.get(scheme, scheme)}{separator}{rest}"


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return _kept(create_engine(url, pool_size=5, max_overflow=10, hide_parameters=True))
    memory = url.rstrip("/") == "sqlite:" or ":memory:" in url
    options: dict[str, Any] = {"poolclass": StaticPool} if memory else {}
    engine = create_engine(
        url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": BUSY / 1000}, **options
    )
    event.listen(engine, "do_connect", _keep_private)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _kept(engine: Engine) -> Engine:
    """With connections that are asked after a pause, not each time: a turn takes some twenty, and asking costs as much as a statement."""

    def used(_connection: object, record: Any) -> None:
        record.info["used"] = time.monotonic()

    def asked(connection: Any, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info["used"] > IDLE:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error

    event.listen(engine, "connect", used)
    event.listen(engine, "checkin", used)
    event.listen(engine, "checkout", asked)
    return engine


def _keep_private(_dialect: object, _record: object, arguments: list[Any], _options: dict[str, Any]) -> None:
    """A new file is for us alone; what SQLite puts beside it gets the same permissions."""
    file = str(arguments[0])
    if file and not file.startswith((":", "file:")):
        with suppress(OSError):  # it is there, or cannot be made: SQLite says so itself in a moment
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


def _prepare(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: it would start them as readers and fail when they write.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=wal",
        "synchronous=full",
        f"busy_timeout={BUSY}",
        "foreign_keys=on",
        "secure_delete=on",
    ):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("begin" if reading else "begin immediate")
