"""A backup that comes back, against a played helpdesk over HTTP: nothing is said twice, and nothing that is owed is lost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app import backups
from app.backups import Place
from app.db import access, accounts, connections, evidence, restored, tickets, visits
from app.db.connections import Installed
from app.db.visits import Visit
from app.engine import draft as writer
from app.engine.evidence import digest, sign
from app.errors import UnknownRecord
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.settings import Settings
from app.web import create_app
from connectors.base import Connection
from connectors.types import Level
from connectors.zendesk import Zendesk
from jobs import base as turns
from jobs import reconcile
from jobs import ticket as job
from tests.builders import a_record, a_ticket
from tests.flows.stage import CONFIGURATION, QUESTION, Settled
from tests.flows.test_sent_from_the_sidebar import Rung

SECRET = "the-signing-secret"
pytestmark = pytest.mark.slow


@dataclass
class House:
    """The host goes on; our own side is lost and comes out of a backup."""

    host: ZendeskHost
    vendor: str
    settings: Settings
    services: Settled
    bells: Rung
    connection: str = ""

    def writes(self, words: str = QUESTION, *, ticket: str = "") -> str:
        found = self.host.customer_writes("Ana Silva", words, subject="My parcel", ticket=ticket)
        self.settle()
        return found

    def plans(self) -> str:
        """A customer's question is decided, and the process dies before anything is sent."""
        found = self.host.customer_writes("Ana Silva", QUESTION, subject="My parcel")
        assert self.host.deliveries.idle()
        for ticket_id in self.bells.rung:
            turns.lead(ticket_id, lambda run: job.drain(run) and None)
        self.bells.rung.clear()
        assert (states(self), self.said(found)) == ({"pending"}, 0)
        return found

    def settle(self) -> None:
        assert self.host.deliveries.idle()
        while self.bells.rung:
            job.run(next(iter(self.bells.rung)))
            assert self.host.deliveries.idle()

    def said(self, ticket: str) -> int:
        [view] = [one for one in self.host.views() if one.id == ticket]
        return len([line for line in view.messages if (line["role"], line["kind"]) == ("bot", "public")])

    def stop(self, *, stopped: bool) -> None:
        with self.services.database.session() as session:
            accounts.stop(session, accounts.every(session)[0].id, stopped=stopped)

    def comes_back(self, file: Path) -> None:
        """Another machine: an empty database, the same keys, the same host."""
        folder = self.settings.data_dir.parent / "restored"
        folder.mkdir()
        self.services.dispose()
        keys = f"sqlite:///{self.settings.data_dir / 'keys.db'}"
        url = f"sqlite:///{folder / 'deskhand.db'}"
        self.settings = replace(self.settings, data_dir=folder, database_url=url, keys_url=keys)
        self.services = Settled(self.settings, work=self.bells)  # type: ignore[arg-type]
        self.services.draw = lambda *_: 0.5
        turns.use(self.services)
        made = backups.restore(Place(self.services.database, folder, self.settings.keys), file)
        with self.services.database.session() as session:
            restored.settle(session, made.made_at, datetime.now(UTC), keep_tokens=False, stopped=True)

    def wakes(self) -> None:
        """Somebody has looked: the switch is turned back, and the clock does what it does."""
        self.stop(stopped=False)
        with self.services.database.reading() as session:
            waiting = [row[0] for row in session.execute(text("select id from ticket"))]
        self.bells.ring(*waiting)
        self.settle()
        reconcile.run(self.connection)
        self.settle()

    def quiet(self, ticket: str) -> bool:
        with self.services.database.reading() as session:
            found = session.execute(text("select id from ticket where ref = :ref"), {"ref": ticket}).scalar_one()
            return tickets.remembered(session, found).quiet_since is not None


@pytest.fixture
def house(prepared: Settings) -> Iterator[House]:
    host, bells = ZendeskHost(World()), Rung()
    services = Settled(prepared, work=bells)  # type: ignore[arg-type]
    services.draw = lambda *_: 0.5
    turns.use(services)
    with Served(application(host.world, [host])) as vendor, Served(create_app(prepared, services)) as web:
        built = House(host, f"{vendor}/zendesk", prepared, services, bells)
        built.connection = connect(built)
        host.hook(f"{web}/webhooks/zendesk/{built.connection}", SECRET)
        yield built
    host.deliveries.close()
    built.services.dispose()


def connect(house: House) -> str:
    """An account that answers by itself, on evidence."""
    services, id, now = house.services, connections.new_id(), datetime.now(UTC)
    settings = {"email": house.host.email}
    secrets = {"token": house.host.token, "signing_secret": SECRET}
    learnt = Zendesk(Connection(id, house.vendor, settings, secrets)).check()
    settings |= {name: value for name, value in learnt.items() if name in {one.name for one in Zendesk.settings}}
    with services.database.session() as session:
        account = accounts.add(session, "shop", now)
        accounts.configure(session, account.id, "shop.yaml", CONFIGURATION, now)
        sealed = services.vault.seal(secrets, place=id)
        connections.add(session, Installed(id, account.id, "zendesk", house.vendor, settings, sealed), now)
    judged, knowledge = services.classifier(account.id).classify(a_ticket(QUESTION)), services.knowledge(account.id)
    made = digest(judged.engine, writer.ENGINE, knowledge.version, services.configuration(account.id).digest)
    record = a_record(account=account.id, digest=made, expires_at=now + timedelta(days=9), issued_at=now)
    with services.database.session() as session:
        evidence.save(session, account.id, sign(record, services.evidence_key))
    return id


def backed_up(house: House, tmp_path: Path) -> Path:
    settings = house.settings
    backups.save(
        Place(house.services.database, settings.data_dir, settings.keys), tmp_path / "backup", datetime.now(UTC)
    )
    return tmp_path / "backup"


def test_what_was_planned_before_the_backup_and_sent_after_it_is_not_sent_again(house: House, tmp_path: Path) -> None:
    ticket = house.plans()
    file = backed_up(house, tmp_path)
    house.bells.ring(*rung(house))
    house.settle()
    assert house.said(ticket) == 1, "it went out after the backup"
    house.comes_back(file)
    house.wakes()
    assert house.said(ticket) == 1
    assert states(house) == {"sent"}, "it was found in the host"


def test_what_was_planned_before_the_backup_and_never_sent_is_sent_once(house: House, tmp_path: Path) -> None:
    ticket = house.plans()
    house.comes_back(backed_up(house, tmp_path))
    house.wakes()
    assert house.said(ticket) == 1
    house.wakes()
    assert house.said(ticket) == 1


def test_what_was_asked_and_answered_after_the_backup_is_not_answered_again(house: House, tmp_path: Path) -> None:
    file = backed_up(house, tmp_path)
    ticket = house.writes()
    assert house.said(ticket) == 1
    house.comes_back(file)
    house.wakes()
    assert house.said(ticket) == 1
    house.writes("And where is my other parcel? I want to track my order.", ticket=ticket)
    assert (house.said(ticket), house.quiet(ticket)) == (1, True), "nobody knows what was done there: people go on"


def test_what_was_asked_after_the_backup_and_not_answered_is_answered(house: House, tmp_path: Path) -> None:
    file = backed_up(house, tmp_path)
    ticket = house.host.customer_writes("Ana Silva", QUESTION, subject="My parcel")
    assert house.host.deliveries.idle()
    house.bells.rung.clear()  # everything of ours dies here
    house.comes_back(file)
    house.wakes()
    assert house.said(ticket) == 1


def test_nothing_is_written_before_somebody_has_looked(house: House, tmp_path: Path) -> None:
    ticket = house.plans()
    house.comes_back(backed_up(house, tmp_path))
    house.bells.ring(*rung(house))
    house.settle()
    assert house.said(ticket) == 0


def test_who_was_let_in_before_is_out(house: House, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with house.services.database.session() as session:
        account = accounts.every(session)[0].id
        _, token = access.issue(session, account, ["read"], at=now)
        key = visits.begin(session, Visit(account, "u1", Level.ADMIN), now)
        invitation = visits.invite(session, account, Level.ADMIN, "Ada", now)
    house.comes_back(backed_up(house, tmp_path))
    with house.services.database.reading() as session:
        for act in (access.of_token, visits.of_key):
            with pytest.raises(UnknownRecord):
                act(session, token if act is access.of_token else key, now)
        assert not visits.open_invitation(session, invitation, now)


def rung(house: House) -> list[str]:
    with house.services.database.reading() as session:
        return [row[0] for row in session.execute(text("select id from ticket"))]


def states(house: House) -> set[str]:
    with house.services.database.reading() as session:
        return {row[0] for row in session.execute(text("select state from effect"))}
