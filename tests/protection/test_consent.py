"""A person's no, from the webhook to what happens: no language model reads what they wrote, and nothing is learnt from it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.db import examples, ids, parties
from app.db.consents import Consent, Purpose
from app.db.models.example import ExampleRow
from app.db.models.solved import SolvedRow
from app.engine.training import Taught
from app.rights import who
from connectors.types import EventKind, Note, Person, Role
from jobs import reconcile
from tests.builders import a_person
from tests.doubles.model import Play, playing
from tests.doubles.model import Stage as Provider
from tests.flows.played import VENDORS
from tests.flows.stage import Stage
from tests.jobs.test_solved import archived
from tests.llm.test_job import CONFIGURATION, GOOD, QUESTION, Modelled, Scene

FIELDS = "privacy: {consent: {fields: {model: model_ok}}}\n"
BEN = Person("p-ben", Role.CUSTOMER, "Ben", "ben@customer.example")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with playing() as played:
        played.play(Play(GOOD))
        yield played


@pytest.fixture
def scene(provider: Provider, tmp_path: Path) -> Iterator[Scene]:
    services = type("Here", (Modelled,), {"url": provider.url})
    scene = Scene(f"sqlite:///{tmp_path / 'deskhand.db'}", services=services)
    yield scene
    scene.database.dispose()
    VENDORS.clear()


def says(stage: Stage, person: str, purpose: Purpose, *, given: bool) -> None:
    with stage.database.session() as session:
        meant = who.meant(stage.services, session, stage.account.id, person)
        who.agree(session, stage.account.id, Consent(meant.person, purpose, given, "cli", stage.time))


def written(scene: Scene, question: str = QUESTION, **fields: Any) -> str:
    """A customer writes in a ticket with these fields; the ticket's number at the host."""
    ref = scene.vendor.customer_writes(question)
    scene.vendor.tickets[ref].fields.update(fields)
    scene.deliver(scene.connection_id, scene.vendor)
    scene.work()
    scene.ref = ref
    return ref


def test_a_no_in_the_hosts_own_field_is_heard_before_anything_is_asked(scene: Scene, provider: Provider) -> None:
    scene.configure(CONFIGURATION + FIELDS)
    written(scene, model_ok="no")
    assert provider.asked == []
    assert scene.told(Note), "a person sees the ticket all the same"
    assert scene.told() == []


@pytest.mark.slow
def test_who_withdraws_is_asked_about_no_more_and_who_comes_back_is(scene: Scene, provider: Provider) -> None:
    written(scene)
    before = len(provider.asked)
    assert before > 0
    says(scene, "ana@customer.example", Purpose.MODEL, given=False)
    written(scene, f"{QUESTION} Again.")
    assert len(provider.asked) == before
    assert scene.told(Note)
    says(scene, "ana@customer.example", Purpose.MODEL, given=True)
    written(scene, f"{QUESTION} Once more.")
    assert len(provider.asked) > before


@pytest.mark.slow
def test_where_a_yes_is_needed_nothing_else_will_do(scene: Scene, provider: Provider) -> None:
    scene.configure(CONFIGURATION + "privacy: {consent: {required: [model], fields: {model: model_ok}}}\n")
    written(scene)
    assert provider.asked == []
    written(scene, f"{QUESTION} Again.", model_ok="yes")
    assert provider.asked


@pytest.mark.slow
def test_the_no_of_anybody_who_wrote_in_the_ticket_counts(scene: Scene, provider: Provider) -> None:
    says(scene, BEN.email, Purpose.MODEL, given=False)
    ref = scene.vendor.customer_writes(QUESTION)
    held = scene.vendor.tickets[ref]
    scene.vendor.says(held, BEN, "I am waiting for it as well.", kind=EventKind.MESSAGE)
    scene.deliver(scene.connection_id, scene.vendor)
    scene.work()
    assert provider.asked == []


@pytest.mark.slow
def test_what_was_solved_for_somebody_who_does_not_teach_is_not_kept(stage: Stage) -> None:
    connection_id = archived(stage)
    asked = a_person()
    says(stage, asked.email or f"{connection_id}:{asked.id}", Purpose.LEARNING, given=False)
    reconcile.solved(connection_id)
    with stage.database.reading() as session:
        assert session.scalars(select(SolvedRow)).all() == []


def test_who_withdraws_takes_out_what_they_taught_and_nobody_elses(stage: Stage) -> None:
    connection_id = archived(stage)
    reconcile.solved(connection_id)
    asked = a_person()
    with stage.database.session() as session:
        (row,) = session.scalars(select(SolvedRow))
        mine = ids.ticket(connection_id, row.external_id)
        taught = Taught("mine", "It broke", "returns", "p", stage.time, ref=mine)
        examples.add(session, stage.account.id, [taught, replace(taught, id="other", ref="another")])
        key = who.codes.key_of(stage.services.root)
        assert parties.find(session, stage.account.id, _hashes(connection_id, asked, stage, key)).tickets == (mine,)
    says(stage, asked.email or f"{connection_id}:{asked.id}", Purpose.LEARNING, given=False)
    with stage.database.reading() as session:
        assert [one.id for one in session.scalars(select(ExampleRow))] == ["other"]
        assert session.scalars(select(SolvedRow)).all() == []


def _hashes(connection_id: str, person: Person, stage: Stage, key: bytes) -> list[str]:
    return list(parties.named(connection_id, person).hashes(stage.account.id, key).values())


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(f"sqlite:///{tmp_path / 'deskhand.db'}")
    yield made
    made.database.dispose()
    VENDORS.clear()
