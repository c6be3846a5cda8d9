"""The whole way over HTTP: a signed webhook, a worker's turn, the agent's sidebar with that draft, one press, one reply."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import requests

from app.db import accounts, connections
from app.db.connections import Installed
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.sandbox.zendesk.workspace import APP, INSTALLATION
from app.settings import Settings
from app.web import create_app
from connectors.base import Connection
from connectors.zendesk import Zendesk
from jobs import base as turns
from jobs import ticket as job
from tests.flows.stage import CONFIGURATION, QUESTION, Bells, Settled

SECRET = "the-signing-secret"
DRAFT = "Open Your orders to track a parcel"


class Rung(Bells):
    """Bells as the web rings them: several at once."""

    def ring(self, *ticket_ids: str) -> None:
        for one in ticket_ids:
            super().ring(one)

    def check(self) -> None:
        """Always there."""


@dataclass
class Desk:
    """A played account that sends its webhooks to our web, and a worker that goes when it is told."""

    host: ZendeskHost
    address: str
    web: str
    bells: Rung
    connection: str
    services: Settled

    def stop(self, *, stopped: bool) -> None:
        """A lead turns the one switch."""
        with self.services.database.session() as session:
            accounts.stop(session, accounts.every(session)[0].id, stopped=stopped)

    def customer_writes(self) -> str:
        ticket = self.host.customer_writes("Ana Silva", QUESTION, subject="My parcel")
        self.settle()
        return ticket

    def settle(self) -> None:
        """Until nobody has anything left to tell."""
        assert self.host.deliveries.idle()
        while self.bells.rung:
            job.run(next(iter(self.bells.rung)))
            assert self.host.deliveries.idle()

    def said_to_the_customer(self, ticket: str) -> list[str]:
        """What we said, where the customer reads it."""
        [view] = [one for one in self.host.views() if one.id == ticket]
        return [line["text"] for line in view.messages if (line["role"], line["kind"]) == ("bot", "public")]

    def opens_the_sidebar(self, agent: str) -> "Sidebar":
        """As Zendesk opens our frame for that agent."""
        self.host.workspace.agent = agent
        token = self.host.workspace.token(self.address)
        query = {"origin": self.address.removesuffix("/zendesk"), "app_guid": "guid"}
        page = requests.post(f"{self.web}/apps/zendesk/sidebar", params=query, data={"token": token}, timeout=60)
        assert page.status_code == 200, page.text
        return Sidebar(self, re.findall(r'data-session="([^"]+)"', page.text)[0])


@dataclass
class Sidebar:
    """One agent's open sidebar."""

    desk: Desk
    key: str

    def shows(self, ticket: str) -> str:
        answer = requests.get(
            f"{self.desk.web}/app/beside/{self.desk.connection}",
            params={"ref": ticket},
            headers={"X-Deskhand-Session": self.key},
            timeout=60,
        )
        assert answer.status_code == 200
        return answer.text

    def sends(self, card: str) -> str:
        """Press "Send as it is" on the card as it was shown."""
        form = re.findall(r'<form id="b-share".*?</form>', card, re.DOTALL)[0]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        action = html.unescape(re.findall(r'action="([^"]+)"', form)[0])
        headers = {"X-Deskhand-Session": self.key, "HX-Request": "true"}
        answer = requests.post(f"{self.desk.web}{action}", data=fields, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return re.findall(r'data-say="([^"]*)"', answer.text)[0]


@pytest.fixture
def desk(prepared: Settings) -> Iterator[Desk]:
    host, bells = ZendeskHost(World()), Rung()
    services = Settled(prepared, work=bells)  # type: ignore[arg-type]
    services.draw = lambda *_: 0.5
    turns.use(services)
    with (
        Served(application(host.world, [host])) as vendor,
        Served(create_app(prepared, services)) as web,
    ):
        address = f"{vendor}/zendesk"
        id = connect(services, host, address)
        host.hook(f"{web}/webhooks/zendesk/{id}", SECRET)
        yield Desk(host, address, web, bells, id, services)
    host.deliveries.close()
    services.dispose()


def connect(services: Settled, host: ZendeskHost, address: str) -> str:
    """An account whose drafts are for people, connected there."""
    id, now = connections.new_id(), datetime.now(UTC)
    settings = {"email": host.email, "app_id": str(APP), "installation_id": str(INSTALLATION)}
    secrets = {"token": host.token, "signing_secret": SECRET}
    learnt = Zendesk(Connection(id, address, settings, secrets)).check()
    known = {one.name for one in Zendesk.settings}
    settings |= {name: value for name, value in learnt.items() if name in known}
    with services.database.session() as session:
        account = accounts.add(session, "shop", now)
        accounts.configure(session, account.id, "shop.yaml", CONFIGURATION.replace("deflect", "assist"), now)
        sealed = services.vault.seal(secrets, place=id)
        connections.add(session, Installed(id, account.id, "zendesk", address, settings, sealed), now)
    return id


def test_a_draft_is_sent_as_it_is_and_the_customer_gets_exactly_one_reply(desk: Desk) -> None:
    ticket = desk.customer_writes()
    assert desk.said_to_the_customer(ticket) == []
    sam, kim = desk.opens_the_sidebar("Sam Okafor"), desk.opens_the_sidebar("Kim Lee")
    first, second = sam.shows(ticket), kim.shows(ticket)
    assert DRAFT in first and DRAFT in second
    said = [sam.sends(first), sam.sends(first), kim.sends(second)]
    desk.settle()
    [reply] = desk.said_to_the_customer(ticket)
    assert DRAFT in reply
    assert said[0] != said[1] == said[2]
    assert "b-share" not in sam.shows(ticket)


def test_what_the_customer_adds_meanwhile_is_not_answered_with_what_was_drafted_before(desk: Desk) -> None:
    ticket = desk.customer_writes()
    sam = desk.opens_the_sidebar("Sam Okafor")
    card = sam.shows(ticket)
    desk.host.customer_writes("Ana Silva", "Forget it, I want my money back.", ticket=ticket)
    sam.sends(card)
    desk.settle()
    assert desk.said_to_the_customer(ticket) == []


def test_what_was_pressed_while_everything_was_stopped_can_be_pressed_again(desk: Desk) -> None:
    """A press that came to nothing is not the one press that counts."""
    ticket = desk.customer_writes()
    sam = desk.opens_the_sidebar("Sam Okafor")
    card = sam.shows(ticket)
    desk.stop(stopped=True)
    sam.sends(card)
    desk.settle()
    desk.stop(stopped=False)
    assert desk.said_to_the_customer(ticket) == []
    sam.sends(sam.shows(ticket))
    desk.settle()
    assert len(desk.said_to_the_customer(ticket)) == 1
