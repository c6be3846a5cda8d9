"""``deskhand audit``: a trail that was touched is named and ends with 1; what is written out runs in no spreadsheet."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from app import audit
from app.audit import anchored
from app.db import accounts, chains, trail
from app.db.database import Database
from app.db.trail import Entry, What
from app.engine.chain import End
from app.engine.signatures import Signer
from app.services import Services
from app.settings import Settings
from tests.builders import NOON


@pytest.fixture
def sealed(account: str, prepared: Settings) -> Database:
    database = Database(prepared.database_url)
    with database.session() as session:
        id = accounts.named(session, account).id
        session.execute(text("delete from trail"))
        entries = [Entry(What.DECIDED, f"=cmd|{n}", why="no_source", detail={"n": n}) for n in range(4)]
        trail.record_all(session, id, entries)
        chains.seal(session, id, Services(prepared).signer, NOON)
    return database


def test_a_trail_that_nobody_touched_is_well(deskhand, sealed, account) -> None:
    ran = deskhand("audit", "verify", "--account", account, "--json")
    assert ran.code == 0
    assert ran.json["chains"][account]["rows"] == 4
    assert "all as they were sealed" in deskhand("audit", "verify", "--account", account).out


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ("update trail set why = 'other' where sequence = 3", "changed"),
        ("delete from trail where sequence = 3", "removed"),
        ("delete from trail where sequence >= 3", "removed"),
        ("update trail set sequence = -sequence where sequence in (3, 4)", "removed"),
    ],
)
def test_the_first_wrong_row_is_named_and_the_exit_is_1(deskhand, sealed, account, act, kind) -> None:
    with sealed.session() as session:
        session.execute(text(act))
    ran = deskhand("audit", "verify", "--account", account, "--json")
    assert ran.code == 1
    fault = ran.json["chains"][account]["fault"]
    assert fault["kind"] in (kind, "inserted")
    shown = deskhand("audit", "verify", "--account", account)
    assert (shown.code, "WRONG" in shown.out) == (1, True)


def test_an_anchor_file_and_a_public_key_are_taken(deskhand, sealed, account, prepared, tmp_path: Path) -> None:
    signed = Services(prepared).signer
    with sealed.reading() as session:
        id = accounts.named(session, account).id
        end = chains.signed_end(session, id, signed)
    file = tmp_path / "anchor.json"
    file.write_text(json.dumps(audit.anchored(id, end, NOON, signed).written()))
    public = deskhand("audit", "key").out.strip()
    assert public == signed.public
    ran = deskhand("audit", "verify", "--account", account, "--anchor", str(file), "--public-key", public, "--json")
    assert (ran.code, ran.json["chains"][account]["anchors"]) == (0, 1)
    with sealed.session() as session:
        session.execute(text("delete from trail"))
        session.execute(text("delete from chain"))
    assert deskhand("audit", "verify", "--account", account, "--anchor", str(file)).code == 1
    assert deskhand("audit", "verify", "--public-key", "zz").code == 2
    assert deskhand("audit", "verify", "--anchor", str(tmp_path / "none")).code == 2


def test_what_is_exported_is_all_of_it_and_runs_nowhere(deskhand, sealed, account, tmp_path: Path) -> None:
    lines = deskhand("audit", "export", "--account", account, "--what", "decided").out.splitlines()
    assert [json.loads(one)["sequence"] for one in lines] == [1, 2, 3, 4]
    file = tmp_path / "trail.csv"
    ran = deskhand("audit", "export", "--account", account, "--format", "csv", "--what", "decided", "--out", str(file))
    assert ran.code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert [row["subject"] for row in rows] == [f"'=cmd|{n}" for n in range(4)]
    again = deskhand("audit", "export", "--account", account, "--what", "exported").out.splitlines()
    assert [json.loads(one)["who"] for one in again][:2] == ["operator", "operator"]


def test_a_chain_whose_end_was_forged_goes_on_when_somebody_says_why(deskhand, sealed, account) -> None:
    with sealed.session() as session:
        session.execute(text("update chain set signature = '00'"))
    assert deskhand("audit", "verify", "--account", account).code == 1
    assert deskhand("audit", "adopt", "--account", account).code == 2
    assert "after row 4" in deskhand("audit", "adopt", "--account", account, "--reason", "key lost").out
    assert deskhand("audit", "verify", "--account", account).code == 0


def test_what_people_know_of_a_fault_is_kept_and_the_rest_is_verified_again(deskhand, sealed, account) -> None:
    said = ("audit", "acknowledge", "--account", account, "--reason", "case 7")
    assert deskhand(*said, "--row", "2").code == 2
    with sealed.session() as session:
        session.execute(text("update trail set why = 'other' where sequence in (2, 4)"))
    assert "look into row 2 first" in deskhand(*said, "--row", "4").err
    assert "changed at row 4" in deskhand(*said, "--row", "2").out
    assert deskhand("audit", "verify", "--account", account).code == 1
    assert "known (changed at row 2, changed at row 4)" in deskhand(*said, "--row", "4").out
    ran = deskhand("audit", "verify", "--account", account, "--json")
    found = ran.json["chains"][account]
    assert (ran.code, found["rows"], found["fault"]) == (0, 4, None)
    assert [(one["kind"], one["sequence"]) for one in found["acknowledged"]] == [("changed", 2), ("changed", 4)]
    with sealed.session() as session:
        session.execute(text("update trail set why = 'another' where sequence = 2"))
    assert "row 2" in deskhand("audit", "verify", "--account", account).out


def test_a_digest_that_a_key_of_before_signed_tells_what_people_may_know_of(
    deskhand, sealed, account, tmp_path
) -> None:
    before = Signer([b"a root key of before, 32 bytes..."])
    with sealed.reading() as session:
        id_ = accounts.named(session, account).id
        anchor = anchored(id_, End(2, "0" * 64), NOON, before)
    file = tmp_path / "digest.json"
    file.write_text(json.dumps(anchor.written()))
    said = ("audit", "acknowledge", "--account", account, "--reason", "case 7", "--row", "2", "--anchor", str(file))
    assert "--public-key for an anchor of another key" in deskhand(*said).err
    assert "known (rewritten at row 2)" in deskhand(*said, "--public-key", before.public).out


@pytest.mark.parametrize(
    ("act", "remedy"),
    [
        ("delete from trail where sequence = 4", "have sealed what came since"),
        ("update chain set signature = '00'", "audit adopt"),
    ],
)
def test_where_nothing_can_follow_a_fault_it_says_what_to_do(deskhand, sealed, account, act, remedy) -> None:
    with sealed.session() as session:
        session.execute(text(act))
    ran = deskhand("audit", "acknowledge", "--account", account, "--row", "4", "--reason", "case 7")
    assert (ran.code, remedy in ran.err) == (2, True)


def test_a_hold_is_placed_listed_and_lifted(deskhand, account) -> None:
    placed = deskhand("audit", "hold", "--account", account, "--person", "Ana@customer.example", "--reason", "case 7")
    assert placed.code == 0
    (one,) = deskhand("audit", "holds", "--account", account, "--json").json["holds"]
    assert (one["on"], one["why"], one["by"]) == ("person", "case 7", "operator")
    assert "ana" not in str(one).casefold()
    assert deskhand("audit", "lift", "--account", account, one["id"], "--reason", "over").code == 0
    assert deskhand("audit", "holds", "--account", account, "--json").json["holds"] == []


@pytest.mark.parametrize(
    "given", [(), ("--ticket", "none"), ("--person", "nobody"), ("--everything", "--person", "a@b.example")]
)
def test_a_hold_needs_one_thing_to_hold(deskhand, account, given) -> None:
    assert deskhand("audit", "hold", "--account", account, *given, "--reason", "case 7").code == 2


def test_a_command_that_records_nothing_itself_is_on_record_however_it_ends(deskhand, sealed, account) -> None:
    deskhand("audit", "verify", "--account", account)
    lines = deskhand("audit", "export", "--account", account, "--what", "operated").out.splitlines()
    assert [json.loads(one)["subject"] for one in lines] == ["deskhand audit verify"]
