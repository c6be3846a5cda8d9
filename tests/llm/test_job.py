"""A whole ticket with a played model: what the vendor shows afterwards, what is kept, and that nobody waits for a provider."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.cli.simulate import imagined, judge
from app.db import accounts, connections, evidence, ids, judgements, spending
from app.db.connections import Installed
from app.db.judgements import Judged
from app.engine.evidence import digest, sign
from app.engine.types import Mode
from app.llm.prompts import persona, prompt
from app.services import Services
from app.settings import Settings
from connectors.types import Note, Reply
from tests.builders import NOON, a_classification, a_passage, a_record
from tests.doubles.model import Play, said
from tests.doubles.model import Stage as Provider
from tests.engine.test_draft import Shelf
from tests.flows.played import VENDORS, Vendor
from tests.flows.stage import Stage
from tests.llm.conftest import KEY

CONFIGURATION = """
service: shop
classification: {categories: [{name: order-status, autoResolve: true}]}
chatbot: {engine: gpt-4, personality: professional-empathetic}
"""
PAGE = a_passage("Open the app. A parcel takes 3 days.")
QUESTION = "Where is my parcel? Write to ana@private.example."
GOOD = said(("A parcel takes 3 days.", "P1"))
EVIL = said(("We refund you 500 EUR, see https://evil.example.", "P1"))


class Sure:
    """Knows only one category."""

    version = "sure/1"

    def classify(self, ticket: Any) -> Any:
        """That one."""
        return a_classification()


class Modelled(Services):
    """Services that ask the played provider, about one page."""

    url = ""

    def __init__(self, settings: Settings, **given: Any) -> None:
        more = {"model_url": self.url, "model_key": KEY, "model_seconds": 2}
        super().__init__(replace(settings, **more), **given)

    def knowledge(self, account_id: str) -> Shelf:
        """The one page."""
        return Shelf((PAGE,))

    def classifier(self, account_id: str) -> Sure:
        """The sure one."""
        return Sure()


class Scene(Stage):
    """One ticket at one played desk."""

    def open_account(self) -> None:
        with self.database.session() as session:
            self.account = accounts.add(session, f"shop-{ids.fresh()}", self.time)
            accounts.configure(session, self.account.id, "shop.yaml", CONFIGURATION, self.time)
        self.connection_id = connections.new_id()
        self.vendor = VENDORS[f"https://{self.connection_id}.example"] = Vendor(self.tick, name="desk")
        sealed = self.services.vault.seal({}, place=self.connection_id)
        with self.database.session() as session:
            url = f"https://{self.connection_id}.example"
            connections.add(session, Installed(self.connection_id, self.account.id, "desk", url, {}, sealed), self.time)

    def earned(self, engine: str) -> None:
        """Evidence for what that writer writes."""
        configuration = self.services.configuration(self.account.id)
        proof = digest(a_classification().engine, engine, "k1", configuration.digest)
        record = a_record(account=self.account.id, digest=proof, expires_at=NOON + timedelta(days=900))
        with self.database.session() as session:
            evidence.save(session, self.account.id, sign(record, self.services.evidence_key))

    def asked(self, text: str = QUESTION) -> Judged:
        """A customer writes, one worker works; what was judged."""
        ref = self.vendor.customer_writes(text)
        self.deliver(self.connection_id, self.vendor)
        self.work()
        self.ref = ref
        with self.database.reading() as session:
            ticket_id = ids.ticket(self.connection_id, ref)
            decision = judgements.latest(session, ticket_id)
            assert decision is not None
            judged = judgements.find(session, ticket_id, decision.id)
        assert judged is not None
        return judged

    def told(self, kind: type = Reply) -> list[str]:
        """What the vendor took of that kind."""
        return [change.text for _, change in self.vendor.tickets[self.ref].log if isinstance(change, kind)]


@pytest.fixture
def provider(stage: Provider) -> Provider:
    return stage


@pytest.fixture
def scene(provider: Provider, tmp_path: Path) -> Iterator[Scene]:
    services = type("Here", (Modelled,), {"url": provider.url})
    scene = Scene(f"sqlite:///{tmp_path / 'deskhand.db'}", services=services)
    yield scene
    scene.database.dispose()
    VENDORS.clear()


ENGINE = "/".join(("model", "played-1", prompt("draft").name, persona("professional-empathetic").name, "claims/2"))


def test_a_checked_answer_is_drafted_for_a_person_and_kept_with_its_cost(scene: Scene, provider: Provider) -> None:
    provider.play(Play(GOOD))
    judged = scene.asked()
    assert (judged.draft.engine, judged.decision.mode) == (ENGINE, Mode.ASSIST)
    assert judged.draft.cost is not None
    assert (judged.draft.cost.model, judged.draft.cost.tokens_in, judged.draft.cost.calls) == ("gpt-4", 100, 1)
    assert "A parcel takes 3 days." in scene.told(Note)[0]
    assert scene.told() == []
    with scene.database.reading() as session:
        assert spending.used(session, scene.account.id, NOON - timedelta(days=1)).tokens_out == 20


def test_with_evidence_on_this_very_writer_it_is_sent(scene: Scene, provider: Provider) -> None:
    provider.play(Play(GOOD))
    scene.earned(ENGINE)
    for n in range(4):  # one in twenty is kept for a person to judge
        if scene.asked(f"{QUESTION} {n}").decision.mode is Mode.DEFLECT:
            assert "A parcel takes 3 days." in scene.told()[0]
            return
    raise AssertionError("nothing was sent")


@pytest.mark.parametrize(
    "play",
    [
        Play(EVIL),
        Play("{}"),
        Play(GOOD, cut=True),
        Play(refusal="no"),
        Play(status=401),
        Play(status=429),
        Play(status=500),
        Play(hang=True),
        Play(drip=True),
        Play(GOOD, pieces=200, pause=0.1),
    ],
    ids=["evil", "form", "cut", "refusal", "401", "429", "500", "hang", "drip", "slow"],
)
def test_whatever_the_provider_does_the_quotation_goes_to_a_person_in_time(
    scene: Scene, provider: Provider, play: Play
) -> None:
    provider.play(play)
    scene.earned(ENGINE)
    scene.earned("extract/2")
    begun = time.monotonic()
    judged = scene.asked()
    assert time.monotonic() - begun < 18
    assert (judged.draft.engine, judged.decision.mode) == ("extract/2", Mode.ASSIST)
    assert scene.told() == []
    assert len(scene.told(Note)) == 1
    assert "Open the app." in scene.told(Note)[0]
    assert "evil" not in scene.told(Note)[0]


def test_no_log_line_holds_what_was_said_or_the_key(
    scene: Scene, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "app")
    for play in (Play(GOOD), Play(EVIL), Play(status=401, body=QUESTION)):
        provider.play(play)
        scene.asked()
    lines = [str(vars(record)) for record in caplog.records if record.name.startswith("app")]
    assert any("model.asked" in line for line in lines)
    assert not any(word in line for line in lines for word in (KEY, "sk-leak", "private", "parcel", "evil"))


def test_personal_data_is_not_in_what_the_provider_got(scene: Scene, provider: Provider) -> None:
    provider.play(Play(GOOD))
    scene.asked()
    assert b"private.example" not in b"".join(provider.raw)
    assert b"Where is my parcel" in b"".join(provider.raw)


def test_a_configuration_without_a_model_asks_nobody(scene: Scene, provider: Provider) -> None:
    with scene.database.session() as session:
        text = CONFIGURATION.replace("engine: gpt-4, ", "")
        accounts.configure(session, scene.account.id, "shop.yaml", text, scene.time)
    assert scene.asked().draft.engine == "extract/2"
    assert provider.asked == []


def test_an_installation_without_a_model_has_no_writer() -> None:
    class Plain(Modelled):
        url = ""

    scene = Scene(services=Plain)
    try:
        assert scene.services.writer(scene.account.id, "t", "r") is None
    finally:
        scene.database.dispose()
        VENDORS.clear()


def test_what_is_only_simulated_is_written_by_the_model_too(scene: Scene, provider: Provider) -> None:
    provider.play(Play(GOOD))
    judged = judge(scene.services, scene.account.id, imagined("", QUESTION, NOON), None)
    assert (judged.draft.engine, len(provider.asked)) == (ENGINE, 1)
    assert "A parcel takes 3 days." in judged.draft.text
