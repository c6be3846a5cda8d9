"""Tokens that end, over HTTP: two processes race for the trade that kills the old ones, and nobody is left outside."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from app.db import accounts, connections
from app.db.connections import Installed
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from app.sandbox.zendesk import ZendeskHost
from app.services import Services
from app.settings import Settings
from connectors.errors import AuthFailed, Unavailable
from connectors.types import Ref
from jobs import base

LIVES = 1801
"""Seconds after which a token has ended."""


@dataclass
class Office:
    """An account connected by OAuth, seen by two processes: two ``Services`` that share only database and key."""

    host: ZendeskHost
    processes: tuple[Services, Services]
    connection_id: str
    ref: Ref
    trades: list[int]

    def secrets(self) -> dict[str, str]:
        one = self.processes[0]
        with one.database.reading() as session:
            installed = connections.find(session, self.connection_id)
        return one.vault.open(installed.sealed, place=installed.id)


@pytest.fixture
def office(prepared: Settings) -> Iterator[Office]:
    host = ZendeskHost(World(), "zendesk")
    granted, trades = host.oauth.grant(), []
    given = host.oauth.grant

    def counted(scope: str = "read write") -> dict[str, object]:
        trades.append(1)
        return given(scope)

    host.oauth.grant = counted  # type: ignore[method-assign]
    ref = Ref(host.customer_writes("ana@customer.example", "Where is my order?", subject="Order"))
    processes = (Services(prepared), Services(prepared))
    id = connections.new_id()
    secrets = {"oauth_token": granted["access_token"], "refresh_token": granted["refresh_token"]}
    sealed = processes[0].vault.seal(secrets | {"client_secret": host.oauth.client_secret}, place=id)
    settings = {"client_id": host.oauth.client_id, "user_id": str(host.state.bot)}
    with Served(application(host.world, [host])) as address:
        with processes[0].database.session() as session:
            now = processes[0].database.now(session)
            account = accounts.add(session, "shop", now)
            new = Installed(id, account.id, "zendesk", f"{address}/zendesk", settings, sealed)
            connections.add(session, new, now)
        yield Office(host, processes, id, ref, trades)
    for one in processes:
        one.database.dispose()


def test_of_many_who_find_the_token_ended_one_trades_it_and_all_go_on(office: Office) -> None:
    start = threading.Barrier(7)

    def reads(number: int) -> str:
        services = office.processes[number % 2]
        services.connected.connector(office.connection_id).ticket(office.ref)
        start.wait(timeout=60)  # everybody has a connector with the token that is about to end
        start.wait(timeout=60)
        return services.connected.connector(office.connection_id).ticket(office.ref).subject

    with ThreadPoolExecutor(6) as pool:
        racing = [pool.submit(reads, number) for number in range(6)]
        start.wait(timeout=60)
        office.host.world.clock.advance(LIVES)
        start.wait(timeout=60)
        assert [one.result(timeout=90) for one in racing] == ["Order"] * 6
    assert len(office.trades) == 1


def test_what_was_traded_is_sealed_and_used_until_it_ends_as_well(office: Office) -> None:
    first, second = (one.connected.connector(office.connection_id) for one in office.processes)
    for trade in (1, 2, 3):
        office.host.world.clock.advance(LIVES)
        assert first.ticket(office.ref).ref == second.ticket(office.ref).ref
        assert len(office.trades) == trade
    assert office.secrets()["client_secret"] == office.host.oauth.client_secret


def test_tokens_that_died_between_answer_and_commit_pause_the_connection(office: Office) -> None:
    connector = office.processes[0].connected.connector(office.connection_id)
    office.host.world.clock.advance(LIVES)
    office.host.oauth._by_refresh({"refresh_token": office.secrets()["refresh_token"]})  # who traded it is gone
    with pytest.raises(AuthFailed) as failure:
        connector.ticket(office.ref)
    assert base.remedy(failure.value) is base.Remedy.PAUSE
    assert office.trades == []


def test_a_token_endpoint_that_is_down_changes_nothing(office: Office) -> None:
    connector = office.processes[0].connected.connector(office.connection_id)
    office.host.world.clock.advance(LIVES)
    before = office.secrets()
    office.host.world.faults.order(Fault("status", host="zendesk", method="POST", status=503))
    with pytest.raises(Unavailable):
        connector.ticket(office.ref)
    assert office.secrets() == before
    assert connector.ticket(office.ref).ref == office.ref


def test_a_connection_that_is_paused_trades_nothing(office: Office) -> None:
    connector = office.processes[0].connected.connector(office.connection_id)
    with office.processes[0].database.session() as session:
        connections.pause(session, office.connection_id, "an admin looks into it")
    office.host.world.clock.advance(LIVES)
    with pytest.raises(AuthFailed, match="connect it again"):
        connector.ticket(office.ref)
    assert office.trades == []
