"""``deskhand compliance``: a look through tables and logs, and what the checks say."""

from pathlib import Path

CARD = "4111 1111 1111 1111"


def checks(told: dict) -> dict[str, str]:
    return {one["check"]: one["status"] for one in told["evidence"]}


def test_the_report_is_a_table_or_json_and_fails_where_a_check_does(deskhand, account, tmp_path: Path) -> None:
    given = ("compliance", "report", "--account", account, "--standard", "PCI-DSS")
    first = deskhand(*given, "--json")
    assert first.code == 0
    assert set(checks(first.json).values()) == {"UNKNOWN"} | {"PASS"} & set(checks(first.json).values())
    log = tmp_path / "web.log"
    log.write_text("one\ntwo\n")
    scanned = deskhand("compliance", "scan", "--logs", str(log), "--json").json
    assert scanned["rows"] > 0
    assert scanned["lines"] == 2
    said = checks(deskhand(*given, "--json").json)
    assert said["No card numbers in storage"] == "PASS"
    log.write_text(f"one\npaid with {CARD}\n")
    deskhand("compliance", "scan", "--logs", str(log))
    ran = deskhand(*given)
    assert ran.code == 1
    assert "A card number in a log" in ran.out
    assert "web.log, line 2" in ran.out
    assert CARD not in ran.out + ran.err


def test_a_quarter_that_is_none_is_refused(deskhand, account) -> None:
    ran = deskhand("compliance", "report", "--account", account, "--period", "2026-Q5")
    assert ran.code == 2
    assert "2026-Q4" in ran.err


def test_without_standards_it_says_where_they_are_named(deskhand, account) -> None:
    ran = deskhand("compliance", "report", "--account", account)
    assert (ran.code, "compliance.standards" in ran.out) == (0, True)
