"""What we are made of may be used, is pinned with hashes, and is listed; and an audit that could not be done does not pass for one."""

import json

import pytest

from tests.supply.audit import read
from tests.supply.bill import bill
from tests.supply.licences import DECIDED, allowed, licence
from tests.supply.locked import ROOT, RUNTIME, TOOLS, Locked, packages

RUNS = packages(RUNTIME)


def test_every_package_may_be_used() -> None:
    assert {one.name: licence(one) for one in RUNS if not allowed(one)} == {}


def test_every_decision_is_about_something_that_is_there() -> None:
    assert set(DECIDED) <= {one.name for one in RUNS}
    architecture = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert "zenpy is GPL-3.0" in architecture and "python-stdnum" in architecture


def test_a_licence_that_nobody_allowed_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, fine in (
        ("AGPL-3.0", False),
        ("MIT", True),
        ("MIT AND AGPL-3.0", False),
        ("AGPL-3.0 OR MIT", True),
        ("unknown", False),
    ):
        monkeypatch.setattr("tests.supply.licences.licence", lambda package, said=said: said)
        assert allowed(Locked("somebody", "1", "", ())) is fine, said


def test_what_runs_is_among_what_is_tested_at_the_same_version() -> None:
    tools = {(one.name, one.version) for one in packages(TOOLS)}
    assert {(one.name, one.version) for one in RUNS} <= tools


def test_a_line_without_a_hash_is_refused(tmp_path) -> None:
    (tmp_path / "x.lock").write_text("flask==3.1.0\n")
    with pytest.raises(ValueError, match="flask"):
        packages(tmp_path / "x.lock")


def test_the_bill_lists_everything_and_is_the_same_each_time() -> None:
    told = bill(RUNS, "1.0")
    assert told == bill(RUNS, "1.0")
    read_ = json.loads(told)
    refs = {one["bom-ref"] for one in read_["components"]}
    assert len(refs) == len(RUNS) > 50
    assert {one["ref"] for one in read_["dependencies"]} == refs | {"deskhand"}
    assert all(set(one["dependsOn"]) <= refs for one in read_["dependencies"])
    assert all(one["externalReferences"][0]["hashes"] for one in read_["components"])
    [flask] = [one for one in read_["dependencies"] if one["ref"].startswith("pkg:pypi/flask@")]
    assert [ref for ref in flask["dependsOn"] if "werkzeug" in ref]


def told(**more: object) -> str:
    return json.dumps({"dependencies": [{"name": "a", "version": "1", **more}]})


def test_an_audit_counts_only_what_was_looked_up() -> None:
    assert read(told(vulns=[])).looked_up == 1
    assert read(told(vulns=[{"id": "PYSEC-1"}])).holes == ("a 1: PYSEC-1",)
    skipped = read(told(skip_reason="Dependency not found on PyPI and could not be audited"))
    assert (skipped.looked_up, bool(skipped.why)) == (0, True)
    assert read("no answer").why
