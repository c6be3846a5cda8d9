"""The language engine as the processes get it: one encoder, models kept and found again, and said by the doctor."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import accounts
from app.nlp.learning import fit
from app.nlp.store import Damaged, ModelStore
from app.services import Services
from app.settings import Settings
from tests.builders import NOON, a_ticket
from tests.nlp.conftest import SHOP, shop_examples

CONFIGURATION = """
service: shop
classification:
  categories:
    - {name: order-status, keywords: [order, parcel, track]}
    - {name: returns, keywords: [return, refund]}
"""


@pytest.fixture
def services(prepared: Settings) -> Iterator[Services]:
    opened = Services(prepared)
    yield opened
    opened.database.dispose()


@pytest.fixture
def account(services: Services) -> str:
    with services.database.session() as session:
        added = accounts.add(session, "shop", NOON)
        accounts.configure(session, added.id, "shop.yaml", CONFIGURATION, NOON)
    return added.id


def models(services: Services) -> list[Path]:
    return sorted((services.settings.data_dir / "models").glob("*.json"))


def teach(services: Services, account: str, *rows: tuple[str, str]) -> None:
    file = services.examples_file(account)
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps({"text": text, "labels": [label]}) + "\n" for text, label in rows), "utf-8")


def test_a_second_process_takes_the_model_that_the_first_one_kept(services: Services, account: str) -> None:
    first = services.classifier(account)
    kept = models(services)
    written = kept[0].stat().st_mtime_ns
    other = Services(services.settings)
    second = other.classifier(account)
    other.database.dispose()
    assert models(services) == kept
    assert kept[0].stat().st_mtime_ns == written
    ticket = a_ticket("I want to track my parcel")
    assert first.classify(ticket) == second.classify(ticket)


def test_a_model_read_back_says_exactly_what_it_said_when_it_was_made(encoder, tmp_path: Path) -> None:
    made = fit(SHOP, shop_examples(), encoder)
    store = ModelStore(tmp_path)
    store.save(made, SHOP)
    read = store.load(made.version)
    assert read is not None
    for text in ("where is it", "my card was charged twice", "a recipe for pancakes"):
        meaning = encoder.encode([text])[0]
        assert read.classify_text(text, meaning) == made.classify_text(text, meaning)


def test_examples_make_another_model_and_the_evidence_knows(services: Services, account: str) -> None:
    before = services.classifier(account)
    assert services.classifier(account) is before
    teach(services, account, ("the bulb is dead", "fault"), ("it flickers", "fault"))
    after = services.classifier(account)
    assert after.version != before.version
    assert after.classify(a_ticket("my bulb is dead")).category == "fault"
    assert len(models(services)) == 2


def test_a_damaged_model_is_made_anew(services: Services, account: str, caplog: pytest.LogCaptureFixture) -> None:
    version = services.classifier(account).version
    file = models(services)[0].with_suffix(".npz")
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(Damaged):
        ModelStore(file.parent).load(file.stem)
    other = Services(services.settings)
    with caplog.at_level(logging.WARNING):
        assert other.classifier(account).version == version
    other.database.dispose()
    assert "model.damaged" in caplog.messages
    assert ModelStore(file.parent).load(file.stem) is not None


def test_a_worker_warms_up_what_every_account_needs(services: Services, account: str) -> None:
    with services.database.session() as session:
        accounts.add(session, "empty", NOON)
    services.warm_up()
    assert len(models(services)) == 1


def test_where_the_model_file_is_wrong_wording_works_and_says_so(prepared: Settings, tmp_path: Path) -> None:
    wrong = tmp_path / "model.onnx"
    wrong.write_bytes(b"no model")
    opened = Services(Settings(**{**vars(prepared), "model_file": wrong}))
    assert (opened.tier.name, opened.tier.encoder) == ("lexical", None)
    assert "sha256" in opened.tier.why
    opened.database.dispose()
