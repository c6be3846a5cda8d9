"""A company at a helpdesk of its choice, its systems behind it: the real connectors over real HTTP, played to the end in one process."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from app.connecting import install
from app.db import accounts, approvals, evidence, ids, visits
from app.db.accounts import Account
from app.db.database import Database
from app.db.visits import Visit
from app.engine.evidence import digest, sign
from app.engine.templates import shipped
from app.engine.workflows.choosing import candidates
from app.engine.workflows.limits import author
from app.kb.embedding import embed
from app.kb.ingest import ingest
from app.kb.sources.folder import Folder
from app.sandbox.agents import draft, links
from app.sandbox.bank import BANK
from app.sandbox.company import Client, Company
from app.sandbox.saas import SAAS
from app.sandbox.server import Served, application
from app.sandbox.shop import SHOP
from app.sandbox.slack.state import HOME
from app.sandbox.systems import Systems, systems
from app.sandbox.world import World
from app.services import Services
from app.settings import Settings
from app.web import create_app
from connectors.types import Level
from jobs import base, reconcile, schedule, signals, ticket
from tests.builders import a_record, a_ticket
from tests.flows.guide.hosts import AGENT, DESKS, SECRET, Desk, SlackDesk
from tests.flows.stage import Bells

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
COMPANIES = {"shop": (SHOP, "ecommerce.yaml"), "saas": (SAAS, "saas.json"), "bank": (BANK, "fintech.yaml")}
PERSON = "Ana Silva"
"""Whose money the bank's stories are about; the other companies' first customer is theirs."""
ROUNDS = 40
CLOCK = tuple(line for line in schedule.TABLE if line.name in ("sweep", "wakes", "signals"))


class House:
    """The account, its helpdesk, its systems, and the one customer whom the story is about."""

    ahead: list[timedelta]
    """How far our own clock is before the vendors'."""
    web: Flask

    def __init__(self, world: World, desk: Desk, company: Company, services: Services, behind: Systems) -> None:
        self.world, self.desk, self.company, self.services, self.behind = world, desk, company, services, behind
        self.bells: Bells = services.work  # type: ignore[assignment]
        self.client = next((one for one in company.clients if one.name == PERSON), company.clients[0])
        self.ticket = ""
        self.account: Account
        self.connection = ""
        self.session = ""
        """The key of who is signed in on our pages."""

    def named(self, name: str) -> Client:
        """A customer of the company's."""
        return next(one for one in self.company.clients if one.name == name)

    # --- people -------------------------------------------------------------------------------------------

    def customer(self, text: str, client: Client | None = None) -> None:
        """The customer writes, and everything that follows is done."""
        self.client = client or self.client
        if self.ticket:
            self.desk.writes(self.client, text, self.ticket)
        else:
            self.ticket = self.desk.opens(self.client, text)
        self.settle()

    def approve(self, times: int = 1) -> None:
        """A person releases what the newest note proposes: by its button, or one after the other on the pages behind its links."""
        for number in range(times):
            if number and "To approve" not in self.note:
                return  # one press of the button released all of it
            before = len(self.desk.notes(self.ticket))
            if isinstance(self.desk, SlackDesk):
                self.desk.press(self.ticket, "approve")
            else:
                _press(links(self.desk.view(self.ticket))[0], self.session)
            self.settle()
            assert len(self.desk.notes(self.ticket)) > before, "nothing came of an approval"

    def promoted(self) -> None:
        """From now on whoever presses is a lead: signed in on our pages, and an admin where the host itself says who is."""
        if isinstance(self.desk, SlackDesk):
            self.desk.host.slack.person(AGENT, HOME).is_admin = True
            return
        with self.services.database.session() as session:
            lead = Visit(self.account.id, "lead@bank.example", Level.LEAD, "Lea Lead")
            self.session = visits.begin(session, lead, self.services.database.now(session))

    def send(self) -> str:
        """A person answers with the draft: by its button, or in their own name. Gives what the customer reads."""
        if isinstance(self.desk, SlackDesk):
            self.desk.press(self.ticket, "share")
            self.settle()
            return [one for one in self.said if one][-1]
        text = draft(self.desk.view(self.ticket))
        self.desk.host.agent_writes(AGENT, text, ticket=self.ticket)
        self.settle()
        return text

    def hand_back(self) -> None:
        """Let Deskhand go on after a person wrote; a button that shared a draft took nothing over."""
        if not isinstance(self.desk, SlackDesk):
            self.desk.hands_back(self.ticket)
            self.settle(look=True)

    # --- the machine --------------------------------------------------------------------------------------

    def settle(self, *, look: bool = False) -> None:
        """Until every webhook was taken and nothing is left to do. ``look``: the host is asked what changed, too."""
        for _ in range(ROUNDS):
            assert self.world.idle(60)
            if look:
                reconcile.run(self.connection)
                look = False
            schedule.tick(self.services, CLOCK)
            rung, self.bells.rung = list(self.bells.rung), {}
            for one in rung:
                ticket.run(one)
            if not rung and self.world.idle(0) and not self.bells.rung:
                return
        raise AssertionError("it did not come to rest")

    def later(self, wait: timedelta) -> None:
        """So much time goes by for us. The vendors' stays: what they sign is not to be old when it comes."""
        self.ahead[0] += wait
        self.settle()

    def prove(self, category: str, *actions: str) -> None:
        """Evidence for replies, and for these operations, of every workflow that may speak in a category, as everything is now."""
        account = self.account.id
        judged = self.services.classifier(account).classify(a_ticket("Hello"))
        settled = self.services.configuration(account)
        now = self.world.clock.now()
        for writer, action in product(map(author, candidates(category, settled)), ("reply", *actions)):
            record = a_record(
                account=account,
                category=category,
                action=action,
                digest=digest(judged.engine, writer, "", settled.digest),
                expires_at=now + timedelta(days=90),
            )
            with self.services.database.session() as session:
                evidence.save(session, account, sign(record, self.services.evidence_key))

    @property
    def said(self) -> Sequence[str]:
        """What the customer was told by us, without what a host escapes."""
        return [plain(one) for one in self.desk.said(self.ticket)]

    @property
    def note(self) -> str:
        """Our newest note."""
        return plain(self.desk.notes(self.ticket)[-1])

    @property
    def notes(self) -> str:
        """All of them."""
        return plain("\n".join(self.desk.notes(self.ticket)))

    @property
    def id(self) -> str:
        """The ticket's name in our tables."""
        return ids.ticket(self.connection, self.ticket)


def plain(text: str) -> str:
    """The words without markup: bold, escapes, and what keeps names from becoming links."""
    return re.sub(r"[\\\u2060]|\*\*", "", text)


def _press(link: str, key: str = "") -> None:
    with requests.Session() as line:
        line.trust_env = False
        if key:
            line.cookies.set("deskhand", key)
        page = line.get(link, timeout=60)
        page.raise_for_status()
        form = {"answer": "approve"} | dict(re.findall(r'name="(csrf)" value="(\w+)"', page.text))
        line.post(link, data=form, timeout=60).raise_for_status()


def written(name: str) -> tuple[str, str]:
    """The configuration as users wrote it where it is at hand, else the demo's: its name and text."""
    company, seed = COMPANIES[name]
    file = SEEDS / seed if (SEEDS / seed).exists() else company.configuration
    return file.name, file.read_text("utf-8")


class Door:
    """Our web, which is made once its address is known."""

    app: Flask

    def __call__(self, *call: Any) -> Any:
        return self.app(*call)


@contextmanager
def opened(host: str, name: str, tables: Path, shared: Path) -> Iterator[House]:
    """Everything, running. ``tables`` is a database file of this play's own, ``shared`` where trained models are kept."""
    company, world = COMPANIES[name][0], World()
    desk, behind = DESKS[host](world, company), systems(world)
    own = tuple(one for one in behind.every if one.company is company)
    played = application(world, [desk.host], backends=[one.played for one in own])
    door = Door()
    with Served(played) as base_url, Served(door) as ours:  # type: ignore[arg-type]  # anything that WSGI can call
        settings = Settings(shared, f"sqlite:///{tables}", "unix:///nowhere/broker.sock", (b"k" * 32,), public_url=ours)
        ahead = [timedelta()]
        database = Database(settings.database_url, clock=lambda: world.clock.now() + ahead[0])
        services = Services(settings, database=database, work=Bells())  # type: ignore[arg-type]
        services.draw = lambda *asked: 0.5
        door.app = create_app(settings, services)
        base.use(services)
        house = House(world, desk, company, services, behind)
        house.ahead, house.web = ahead, door.app
        house.bells.signals = lambda account: signals.deal(services, account)  # type: ignore[attr-defined]
        _moved_in(house, name, base_url, ours)
        yield house
        database.dispose()
    world.close()


def _moved_in(house: House, name: str, base_url: str, ours: str) -> None:
    """What an admin does: the account, the helpdesk, the systems behind it, the webhook's address."""
    services, desk = house.services, house.desk
    now = house.world.clock.now()
    with services.database.session() as session:
        house.account = accounts.add(session, name, now)
        accounts.configure(session, house.account.id, *written(name), now)
        approvals.approve(session, house.account.id, shipped().values(), "compliance", now)
    desk.knows(house.client)
    made = install(services, name, desk.host.vendor, f"{base_url}/{desk.host.name}", desk.given())
    assert not made.trouble, made.trouble
    house.connection = made.installed.id
    for one in house.behind.every:
        if one.company is house.company:
            given = {option.removeprefix("--").replace("-", "_"): value for option, value in one.options.items()}
            plugged = install(services, name, one.played.vendor, f"{base_url}/{one.played.name}", given)
            if one.hooked:
                house.behind.issues.hook(f"{ours}/webhooks/{one.played.vendor}/{plugged.installed.id}", one.hooked)
    desk.host.hook(f"{ours}/webhooks/{desk.host.vendor}/{house.connection}", SECRET)
    if desk.can.pages:
        reconcile.articles(house.connection)
    else:
        _read(house)


def _read(house: House) -> None:
    """What an admin does where the helpdesk holds no pages: they are read from a folder."""
    folder = house.services.settings.data_dir / f"pages-{house.account.id}"
    folder.mkdir()
    for number, page in enumerate(house.company.articles):
        if not page.internal:
            (folder / f"{number}.html").write_text(f"<h1>{page.title}</h1>{page.html}", "utf-8")
    ingest(house.services.database, house.account.id, Folder(folder))
    if house.services.encoder is not None:
        embed(house.services.database, house.account.id, house.services.encoder)
