"""One account on a database of its own, with played vendors: what the flow tests set and look at. Knows no web."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.db import accounts, approvals, articles, connections, evidence, ids, inbox
from app.db.connections import Installed
from app.db.database import Database
from app.engine import draft as writer
from app.engine.classify import KeywordClassifier
from app.engine.configuration import load
from app.engine.evidence import digest, sign
from app.engine.ports import Classifier, Knowledge
from app.engine.templates import shipped
from app.engine.types import Passage
from app.engine.workflows.choosing import candidates
from app.engine.workflows.limits import author
from app.services import Services
from app.settings import Settings
from connectors.types import Article, Event
from jobs import base, ticket
from tests.builders import NOON, a_passage, a_record, a_ticket
from tests.flows.played import VENDORS, Desk, Thread, Vendor
from tests.flows.store import SHOPS, Shop, Store
from tests.tables import Again, laid

CONFIGURATION = """
service: shop
channels: [{type: email, address: help@shop.example}]
classification:
  categories:
    - {name: order-status, keywords: [order, parcel, track, where], confidence: 0.5, autoResolve: true}
modes: {default: deflect}
"""
QUESTION = "Where is my order? I want to track my parcel."
ARTICLE = Article(
    "article-1", "Track your parcel", "Open Your orders to track a parcel: where it is shows there.",
    "https://help.example/track", "en", restricted=False, updated_at=NOON,
)  # fmt: skip


class Bells:
    """Stands where the queue stands: remembers who was rung. ``lose`` is Redis losing everything."""

    def __init__(self) -> None:
        self.rung: dict[str, None] = {}
        self.asked: list[tuple[str, str]] = []

    def ring(self, ticket_id: str) -> None:
        self.rung[ticket_id] = None

    def answered(self, job: str, subject: str) -> None:
        self.rung.pop(subject, None)

    def reconcile(self, connection_id: str) -> None:
        self.asked.append(("reconcile", connection_id))

    def articles(self, connection_id: str) -> None:
        self.asked.append(("articles", connection_id))

    def reports(self, account_id: str) -> None:
        self.asked.append(("reports", account_id))

    def notices(self, account_id: str) -> None:
        self.asked.append(("notices", account_id))

    def frauds(self, account_id: str) -> None:
        self.asked.append(("frauds", account_id))

    def compliance(self, account_id: str) -> None:
        self.asked.append(("compliance", account_id))

    def scanning(self) -> None:
        self.asked.append(("scanning", "installation"))

    def audit(self, account_id: str) -> None:
        self.asked.append(("audit", account_id))

    def upkeep(self, account_id: str) -> None:
        """Nothing is done by the calendar in a play that lasts minutes."""

    def erase(self, ticket_ids: Sequence[str]) -> int:
        return 0

    def lose(self) -> None:
        self.rung.clear()
        self.asked.clear()


class Page:
    """Knowledge that is always the same page."""

    version = "page/1"

    def search(self, query: str, *, locale: str = "", limit: int = 5) -> Sequence[Passage]:
        return [a_passage("Open Your orders to track a parcel: where it is shows there.")]


class Settled(Services):
    """Services that look nothing up which cannot change during a play: thousands of plays are to fit into a minute."""

    def classifier(self, account_id: str) -> Classifier:
        known = self.__dict__.setdefault("keywords", {})
        if account_id not in known:
            known[account_id] = KeywordClassifier(self.configuration(account_id))
        return known[account_id]

    def knowledge(self, account_id: str) -> Knowledge:
        return Page()

    def meaning(self, text: str) -> tuple[tuple[float, ...], str]:
        return (), ""


class Stage:
    """An account that may answer by itself on the strength of evidence, at vendors whose clock we move."""

    def __init__(
        self, url: str = "sqlite://", database: Database | None = None, services: type[Services] = Settled
    ) -> None:
        self.time = NOON
        self.coin = 0.5  # nobody is drawn for the audit: no play ends otherwise by chance
        clock = lambda: self.time  # noqa: E731  # it moves with the stage
        self.database = database or (Again(clock) if url == "sqlite://" else Database(url, clock=clock))
        self.bells = Bells()
        folder = Path(tempfile.mkdtemp())
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        settings = Settings(folder, url, "redis://nowhere", (b"k" * 32,))
        if database is None:
            laid(self.database, *settings.keys)
        self.services = services(
            settings,
            database=self.database,
            work=self.bells,  # type: ignore[arg-type]
            helpdesks={"desk": Desk, "thread": Thread},
            backends={"store": Store},
        )
        self.services.draw = lambda *asked: self.coin
        base.use(self.services)
        self.open_account()

    def open_account(self) -> None:
        """A new account, the one that everything after this is about."""
        with self.database.session() as session:
            self.account = accounts.add(session, f"shop-{ids.fresh()}", self.time)
            accounts.configure(session, self.account.id, "shop.yaml", CONFIGURATION, self.time)

    def connect(self, vendor: str) -> tuple[str, Vendor]:
        """A connection to a fresh played vendor."""
        id = connections.new_id()
        played = Vendor(self.tick, name=vendor)
        VENDORS[f"https://{id}.example"] = played
        sealed = self.services.vault.seal({}, place=id)
        with self.database.session() as session:
            new = Installed(id, self.account.id, vendor, f"https://{id}.example", {}, sealed)
            connections.add(session, new, self.time)
            articles.upsert(session, self.account.id, id, [ARTICLE])
        return id, played

    def open_shop(self, *orders: dict[str, Any]) -> Shop:
        """A backend of the account's: a shop with these orders."""
        id = connections.new_id()
        shop = Shop({order["number"]: order for order in orders})
        SHOPS[f"https://{id}.example"] = shop
        sealed = self.services.vault.seal({}, place=id)
        with self.database.session() as session:
            new = Installed(id, self.account.id, "store", f"https://{id}.example", {}, sealed)
            connections.add(session, new, self.time)
        return shop

    def configure(self, text: str) -> None:
        """Another configuration from now on."""
        with self.database.session() as session:
            accounts.configure(session, self.account.id, "shop.yaml", text, self.time)
            shelf = load(text, name="shop.yaml").shelf
            approvals.approve(session, self.account.id, {**shipped(), **shelf.own}.values(), "compliance", self.time)

    def prove(self, category: str, *actions: str) -> None:
        """Evidence for these actions in one category, for every workflow that may speak there, as everything is now."""
        proven(self.services, self.account.id, category, *actions)

    def tick(self) -> datetime:
        """The vendors' clock: no two moments are the same."""
        self.time += timedelta(milliseconds=1)
        return self.time

    def earn(self) -> None:
        """Evidence that unlocks replies from pages for the one category, bound to everything as it is now."""
        version = self.services.knowledge(self.account.id).version
        _proven(self.services, self.account.id, ("order-status", "reply"), writer.ENGINE, version)

    def deliver(
        self, connection_id: str, vendor: Vendor, which: Callable[[int, Event], bool] = lambda n, hook: True
    ) -> None:
        """Bring the vendor's webhooks in; those not chosen are lost."""
        hooks, vendor.hooks = vendor.hooks, []
        chosen = [hook for n, hook in enumerate(hooks) if which(n, hook)]
        if not chosen:
            return
        with self.database.session() as session:
            to_ring = inbox.accept(session, connection_id, chosen, self.time)
        for ticket_id in to_ring:
            self.bells.ring(ticket_id)

    def work(self) -> None:
        """One worker answers every bell that has rung by now."""
        for ticket_id in list(self.bells.rung):
            ticket.run(ticket_id)

    def pass_time(self, seconds: float) -> None:
        """Everybody's clock moves on."""
        self.time += timedelta(seconds=seconds)
        for played in VENDORS.values():
            if played.late:
                played.pass_time()


def proven(services: Services, account: str, category: str, *actions: str) -> None:
    """Evidence for these actions in one category, for every workflow that may speak there, as everything is now."""
    for flow in candidates(category, services.configuration(account)):
        for action in actions:
            _proven(services, account, (category, action), author(flow), "")


def _proven(services: Services, account: str, what: tuple[str, str], engine: str, knowledge: str) -> None:
    judged = services.classifier(account).classify(a_ticket(QUESTION))
    made_with = digest(judged.engine, engine, knowledge, services.configuration(account).digest)
    (category, action), until = what, NOON + timedelta(days=900)
    record = a_record(account=account, category=category, action=action, digest=made_with, expires_at=until)
    with services.database.session() as session:
        evidence.save(session, account, sign(record, services.evidence_key))
