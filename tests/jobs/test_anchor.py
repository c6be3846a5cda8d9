"""The trail by the clock: sealed each second, looked at and signed each day, sent outside until it arrived."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from app import audit
from app.db import anchors, chains, problems, trail
from app.db.trail import Entry, What
from app.engine.signatures import Signer
from jobs import anchor, seal
from tests.flows.stage import Stage


@pytest.fixture
def folder(stage: Stage, tmp_path: Path) -> Path:
    stage.services.settings = replace(stage.services.settings, anchors=(f"file://{tmp_path}/worm",))
    (tmp_path / "worm").mkdir()
    return tmp_path / "worm"


def act(stage: Stage, count: int = 3) -> None:
    with stage.database.session() as session:
        trail.record_all(session, stage.account.id, [Entry(What.DECIDED, str(n)) for n in range(count)])
    seal.sweep(stage.services)


def told(stage: Stage) -> list[str]:
    with stage.database.reading() as session:
        return [one.kind for one in problems.newest(session)]


def test_what_was_recorded_is_sealed_at_the_next_beat(stage: Stage) -> None:
    act(stage)
    with stage.database.reading() as session:
        assert chains.lag(session) == (0, None)
        assert audit.verify(session, stage.account.id, stage.services.signer).fault is None


def test_a_chain_is_signed_once_a_day_and_brought_outside(stage: Stage, folder: Path) -> None:
    act(stage)
    anchor.run(stage.account.id)
    stage.pass_time(3_600)
    anchor.run(stage.account.id)
    assert len(list(folder.glob("*.json"))) == 1
    act(stage)
    stage.pass_time(86_400)
    anchor.run(stage.account.id)
    files = sorted(folder.glob("*.json"))
    given = [one for file in files for one in audit.found_in(file.read_text())]
    assert len(given) == 2
    with stage.database.reading() as session:
        verdict = audit.verify(session, stage.account.id, stage.services.signer, given)
        assert (verdict.fault, verdict.anchors) == (None, 2)
        assert chains.chain(session, stage.account.id).checked_at is not None


def test_a_place_that_is_away_gets_it_later(stage: Stage, folder: Path) -> None:
    act(stage)
    folder.rmdir()
    anchor.run(stage.account.id)
    assert told(stage) == ["anchor_unsent"]
    folder.mkdir()
    anchor.run(stage.account.id)
    assert not list(folder.glob("*.json"))
    stage.pass_time(3_600)
    anchor.run(stage.account.id)
    assert len(list(folder.glob("*.json"))) == 1
    with stage.database.reading() as session:
        assert anchors.standing(session)[1] == 0


def test_rows_cut_off_with_their_signed_end_are_missed_by_the_file_outside(stage: Stage, folder: Path) -> None:
    """Somebody puts the database back to how it was yesterday, signatures and all."""
    signed = stage.services.signer
    act(stage, 2)
    with stage.database.reading() as session:
        old = chains.chain(session, stage.account.id)
        kept = (old.sequence, old.digest, old.signature)
    act(stage, 2)
    anchor.run(stage.account.id)
    (file,) = folder.glob("*.json")
    with stage.database.session() as session:
        session.execute(text(f"delete from trail where sequence > {kept[0]}"))
        session.execute(text("delete from anchor"))
        change = "update chain set sequence = :n, digest = :d, signature = :s"
        session.execute(text(change), dict(zip("nds", kept, strict=True)))
    with stage.database.reading() as session:
        assert audit.verify(session, stage.account.id, signed).fault is None
        fault = audit.verify(session, stage.account.id, signed, audit.found_in(file.read_text())).fault
    assert fault is not None
    assert (fault.kind, fault.sequence) == ("removed", kept[0] + 1)


def test_a_trail_that_is_wrong_is_told_and_not_signed_again(stage: Stage, folder: Path) -> None:
    act(stage)
    with stage.database.session() as session:
        session.execute(text("update trail set who = 'nobody' where sequence = 2"))
    anchor.run(stage.account.id)
    assert told(stage) == ["trail_wrong"]
    assert not list(folder.glob("*.json"))
    with stage.database.reading() as session:
        assert "row 2" in chains.chain(session, stage.account.id).fault


def test_a_fault_that_was_found_stands_until_people_know_of_it_and_then_the_chain_is_signed_again(
    stage: Stage, folder: Path
) -> None:
    account, signed = stage.account.id, stage.services.signer
    act(stage)
    anchor.run(account)
    with stage.database.session() as session:
        session.execute(text("update trail set who = 'nobody' where sequence = 2"))
        fault = audit.verify(session, account, signed).fault
        assert fault is not None
        chains.checked(session, account, stage.time, fault.text)
    for _ in range(2):  # what stands before the last digest is not looked at each day; what was found there is
        act(stage)
        stage.pass_time(86_400)
        anchor.run(account)
        with stage.database.reading() as session:
            assert "row 2" in chains.chain(session, account).fault
    assert len(list(folder.glob("*.json"))) == 1
    audit.acknowledge(stage.database, account, signed, 2, "case 7")
    stage.pass_time(86_400)
    anchor.run(account)
    assert len(list(folder.glob("*.json"))) == 2
    with stage.database.reading() as session:
        assert chains.chain(session, account).fault == ""


def test_a_forged_end_stops_the_sealing_and_is_told(stage: Stage) -> None:
    act(stage)
    with stage.database.session() as session:
        session.execute(text("update chain set signature = '00'"))
    act(stage)
    assert told(stage) == ["trail_forged"]
    with stage.database.reading() as session:
        assert chains.lag(session)[0] == 3


def test_an_anchor_by_a_key_that_nobody_knows_is_not_believed(stage: Stage) -> None:
    act(stage)
    stranger = Signer([b"x" * 32])
    signed = stage.services.signer
    with stage.database.reading() as session:
        end = chains.signed_end(session, stage.account.id, signed)
        given = audit.anchored(stage.account.id, end, stage.time, stranger)
        fault = audit.verify(session, stage.account.id, signed, [given]).fault
        known = Signer([stage.services.root], [stranger.public])
        assert audit.verify(session, stage.account.id, known, [given]).fault is None
    assert fault is not None
    assert fault.kind == "unsigned"


def test_every_chain_has_its_turn(stage: Stage) -> None:
    act(stage)
    anchor.sweep(stage.services)
    assert ("audit", stage.account.id) in stage.bells.asked
