"""Where schedules are played: one account with a desk and a thread, made once and swept clean before each of them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from app.db import accounts, connections, evidence, ids
from app.db.connections import Installed
from app.db.models.account import AccountRow
from app.db.models.base import Base
from app.engine.types import EvidenceRecord
from connectors.types import Status
from jobs import base
from tests.builders import NOON
from tests.flows.interference import Shaky
from tests.flows.played import VENDORS, Held, Vendor
from tests.flows.stage import CONFIGURATION, Stage
from tests.tables import laid

PLACES = ("desk", "thread")
SET_UP = {"account", "configuration", "connection"}
"""Tables that a play leaves as they are."""


class Ground:
    """The stage of every play, and how it is made ready for the next."""

    def __init__(self) -> None:
        self._now = NOON
        self.stage: Stage | None = None
        self.database = Shaky(lambda: self.stage.time if self.stage else NOON)
        laid(self.database)
        self.stage = Stage(database=self.database)
        self._open_account()
        self.places = {name: self._connect(name) for name in PLACES}
        self._proof = self._earn()

    @property
    def played(self) -> Stage:
        assert self.stage is not None
        return self.stage

    def _open_account(self) -> None:
        """Under an id that is always the same, so that a play can be repeated exactly."""
        with self.database.session() as session:
            session.add(AccountRow(id="account", name="shop", created_at=NOON))
            session.flush()
            accounts.configure(session, "account", "shop.yaml", CONFIGURATION, NOON)
            self.played.account = accounts.find(session, "account")

    def _connect(self, name: str) -> tuple[str, Vendor]:
        stage = self.played
        id, played = f"{name}-connection", Vendor(stage.tick, name=name)
        VENDORS[f"https://{id}.example"] = played
        sealed = stage.services.vault.seal({}, place=id)
        with self.database.session() as session:
            connections.add(session, Installed(id, stage.account.id, name, f"https://{id}.example", {}, sealed), NOON)
        return id, played

    def _earn(self) -> EvidenceRecord:
        stage = self.played
        stage.earn()
        with self.database.reading() as session:
            [found] = evidence.in_force(session, stage.account.id, "order-status")
        return found

    def clean(self, seed: int, *, earned: bool) -> None:
        """As if nothing had ever happened here. ``earned``: replies are unlocked."""
        stage = self.played
        base.use(stage.services)
        random.seed(seed)
        stage.time = NOON
        stage.bells.lose()
        with self.database.session() as session:
            driver = session.connection()
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in SET_UP:
                    driver.exec_driver_sql(f"delete from {table.name}")
            session.execute(text("update connection set state = 'active', wait_until = null, asked_at = null"))
            accounts.stop(session, stage.account.id, stopped=False)
            if earned:
                evidence.save(session, stage.account.id, self._proof)
        for _, played in self.places.values():
            played.forget(f"{seed}")

    def every(self) -> Iterator[tuple[Vendor, Held]]:
        return ((played, held) for _, played in self.places.values() for held in list(played.tickets.values()))

    def open(self) -> list[tuple[Vendor, Held]]:
        return [(played, held) for played, held in self.every() if held.status is not Status.CLOSED]

    def id(self, played: Vendor, held: Held) -> str:
        return ids.ticket(self.places[played.name][0], held.id)

    @contextmanager
    def at_peace(self) -> Iterator[None]:
        """Nobody interferes when this is over."""
        try:
            yield
        finally:
            self.database.at = lambda moment: None
            for _, played in self.places.values():
                played.at = lambda moment: None
