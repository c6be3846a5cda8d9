"""The other commands: what they print, what they end with, and that looking changes nothing."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from socket import socket

import pytest
from sqlalchemy import text

from app.cli import COMMANDS, cli
from app.cli.running import parts
from app.db import accounts, problems
from app.db.database import Database
from app.db.problems import Problem
from app.settings import child_environment

SEEDS = sorted(f for f in (Path(__file__).parents[3] / "shared" / "seeds").glob("*") if f.suffix in (".yaml", ".json"))


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that somebody listens on; free again afterwards."""
    with socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen()
        yield line.getsockname()[1]


def processes(prepared) -> list[str]:
    """Every process that was told to use this data directory, but for this one."""
    mark = f"DESKHAND_DATA_DIR={prepared.data_dir}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in entry.read_bytes().split(b"\0") and int(entry.parent.name) != os.getpid():
                found.append((entry.parent / "cmdline").read_text())
    return found


def rows(prepared) -> dict[str, int]:
    """How many rows every table has."""
    database = Database(prepared.database_url)
    with database.reading() as session:
        names = session.execute(text("select name from sqlite_master where type = 'table'")).scalars().all()
        counted = {name: session.execute(text(f'select count(*) from "{name}"')).scalar_one() for name in names}
    database.dispose()
    return counted


def test_a_list_of_commands_says_what_each_says_of_itself() -> None:
    assert {name: words for name, (_, words) in COMMANDS.items()} == {
        name: cli.get_command(None, name).get_short_help_str(1000) for name in COMMANDS
    }


def test_a_list_of_commands_loads_none() -> None:
    code = "import sys; from app.cli import main; sys.argv[1:] = ['--help']; sys.stdout.reconfigure(errors='replace')"
    code += "\ntry: main()\nfinally: print([one for one in sys.modules if one.startswith(('app.cli.', 'sqlalchemy'))])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "  doctor" in said
    assert said.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_loads_and_explains_itself(deskhand, name):
    ran = deskhand(name, "--help")
    assert ran.code == 0
    assert name in ran.out


def test_the_list_of_commands_is_the_table(deskhand):
    assert cli.list_commands(None) == list(COMMANDS)
    shown = deskhand("--help").out
    assert all(f"  {name} " in shown for name in COMMANDS)


def test_a_command_that_is_none_is_refused(deskhand):
    ran = deskhand("fly")
    assert (ran.code, "fly" in ran.err) == (2, True)


def test_a_wrong_setting_is_one_line_and_2(deskhand, monkeypatch):
    monkeypatch.setenv("PORT", "eighty")
    ran = deskhand("doctor")
    assert ran.code == 2
    assert ran.err == "deskhand: PORT: give a whole number from 1 to 65535\n"


# --- check and account -----------------------------------------------------------------------------------------


def test_check_lists_every_setting_with_what_becomes_of_it(deskhand, configuration):
    ran = deskhand("check", str(configuration))
    assert ran.code == 0
    assert "classification.categories[0].name" in ran.out
    told = deskhand("check", str(configuration), "--json").json
    assert told["ok"] is True
    assert {line["state"] for line in told["settings"]} <= {"works", "host", "not_yet", "warning"}
    assert all(line["line"] > 0 for line in told["settings"])


def test_check_names_file_line_and_remedy_of_a_mistake_and_ends_with_1(deskhand, configuration):
    configuration.write_text(configuration.read_text().replace("keywords: [invoice", "keyword: [invoice"))
    ran = deskhand("check", str(configuration))
    assert ran.code == 1
    assert ran.err.startswith("shop.yaml:8: ")
    assert "did you mean keywords?" in ran.err
    told = deskhand("check", str(configuration), "--json")
    assert told.code == 1
    assert told.json["problems"][0]["line"] == 8


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[1, 2]", b"a: [", b"{", b"a: &a [*a]"])
def test_check_refuses_what_is_no_configuration_in_words(deskhand, tmp_path, content):
    file = tmp_path / "odd.yaml"
    file.write_bytes(content)
    ran = deskhand("check", str(file))
    assert ran.code in (1, 2)
    assert ran.err
    assert "Traceback" not in ran.err


@pytest.mark.skipif(not SEEDS, reason="the services' own files are not beside this checkout")
@pytest.mark.parametrize("file", SEEDS, ids=lambda file: file.name)
def test_the_services_own_files_pass_as_they_are(deskhand, file):
    told = deskhand("check", str(file), "--json").json
    assert told["ok"]
    assert told["settings"]


def test_check_needs_no_database(deskhand, configuration, prepared):
    (prepared.data_dir / "deskhand.db").unlink()
    assert deskhand("check", str(configuration)).code == 0
    assert not (prepared.data_dir / "deskhand.db").exists()


def test_adding_an_account_again_publishes_the_next_version(deskhand, configuration):
    versions = [
        deskhand("account", "add", "acme", "--config", str(configuration), "--json").json["version"] for _ in range(2)
    ]
    assert versions == [1, 2]


def test_an_account_with_a_wrong_configuration_is_not_added(deskhand, configuration, prepared):
    configuration.write_text("nonsense: yes\n")
    ran = deskhand("account", "add", "acme", "--config", str(configuration))
    assert ran.code == 2
    assert "--config" in ran.err
    assert "shop.yaml:1" in ran.err
    assert rows(prepared)["account"] == 0


def test_commands_bring_the_tables_up_to_date_themselves(deskhand, configuration, prepared):
    (prepared.data_dir / "deskhand.db").unlink()
    assert deskhand("account", "add", "acme", "--config", str(configuration)).code == 0


def test_upgrading_twice_changes_nothing(deskhand):
    assert [deskhand("db", "upgrade").code for _ in range(2)] == [0, 0]


# --- simulate and doctor ---------------------------------------------------------------------------------------


def test_simulate_shows_the_decision_with_reasons_and_writes_nothing_but_that_it_was_run(deskhand, account, prepared):
    before = rows(prepared)
    told = deskhand("simulate", "--account", account, "--text", "Where is my order?", "--json").json
    assert told["category"] == "order-status"
    assert told["mode"] == "assist"
    assert told["reasons"]
    assert all(reason["code"] and reason["text"] for reason in told["reasons"])
    assert "Reply" not in {change["is"] for change in told["changes"]}
    after = rows(prepared)
    assert after.pop("trail") == before.pop("trail") + 1
    assert after == before
    assert "order-status" in deskhand("simulate", "--account", account, "--text", "Where is my order?").out


def test_simulate_shows_that_everything_is_stopped(deskhand, account, prepared):
    database = Database(prepared.database_url)
    with database.session() as session:
        accounts.stop(session, accounts.named(session, account).id)
    database.dispose()
    told = deskhand("simulate", "--account", account, "--text", "Where is my order?", "--json").json
    assert (told["mode"], told["changes"]) == ("off", [])
    assert "stopped" in {reason["code"] for reason in told["reasons"]}


def test_simulate_speaks_to_people(deskhand, account):
    shown = deskhand("simulate", "--account", account, "--text", "Where is my order?").out
    would = [line for line in shown.splitlines() if line.startswith("would do")]
    assert would
    assert not [line for line in would if "['" in line or "[]" in line or "{'" in line]
    assert "Tag: names deskhand" in shown


@pytest.mark.parametrize("arguments", [[], ["--text", "a", "--ticket", "1"], ["--ticket", "1"]])
def test_simulate_says_what_it_needs(deskhand, account, arguments):
    ran = deskhand("simulate", "--account", account, *arguments)
    assert ran.code == 2
    assert "--" in ran.err


def test_the_doctor_names_what_is_wrong_and_what_to_do(deskhand, account):
    ran = deskhand("doctor", "--json")
    assert ran.code == 1
    found = {finding["what"]: finding for finding in ran.json["findings"]}
    assert found["database"]["well"]
    for what in ("broker", "workers", "clock"):
        assert not found[what]["well"]
        assert found[what]["remedy"]
    assert deskhand("doctor").code == 1


def test_the_doctor_sees_tables_that_are_not_up_to_date(deskhand, prepared):
    (prepared.data_dir / "deskhand.db").unlink()
    found = deskhand("doctor", "--json").json["findings"][0]
    assert found == {
        "what": "database",
        "well": False,
        "text": "sqlite, not up to date",
        "remedy": "run `deskhand db upgrade`",
        "note": False,
    }


def test_the_doctor_sends_nobody_to_look_for_a_redis_they_do_not_have(deskhand, prepared, monkeypatch):
    def remedy():
        return {f["what"]: f["remedy"] for f in deskhand("doctor", "--json").json["findings"]}["broker"]

    assert "deskhand up" in remedy()
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert "REDIS_URL" in remedy()


def test_what_is_to_read_names_the_connection_and_is_neither_well_nor_wrong(deskhand, account, prepared):
    rest = ["--email", "a@b.example", "--token", "t", "--signing-secret", "s", "--json"]
    made = deskhand("connect", "zendesk", "--account", account, "--base-url", "http://127.0.0.1:9", *rest).json
    database = Database(prepared.database_url)
    with database.session() as session:
        trouble = Problem("change_skipped", "tags: refused", "make them there", made["connection"])
        problems.report(session, trouble, datetime.now(UTC))
    database.dispose()
    [found] = [f for f in deskhand("doctor", "--offline", "--json").json["findings"] if f["what"] == "to read"]
    assert found["text"] == f"zendesk of acme {made['connection']}: tags: refused"
    assert (found["note"], found["remedy"]) == (True, "make them there")
    [row] = [line for line in deskhand("doctor", "--offline").out.splitlines() if line.strip().startswith("to read")]
    assert [cell.strip() for cell in re.split("[|│]", row)][1] == "read"


def test_remedies_name_commands_that_are_there():
    """In every message of the product: a person who does as told must not be told that there is no such command."""
    root = Path(__file__).parents[2]
    told = {
        word
        for file in (*root.glob("app/**/*.py"), *root.glob("jobs/*.py"), *root.glob("connectors/**/*.py"))
        for word in re.findall(r"`deskhand ([a-z]+)", file.read_text("utf-8"))
    }
    assert told
    assert told <= set(COMMANDS)


def test_the_doctor_says_that_the_database_is_away(deskhand, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/x")
    ran = deskhand("doctor", "--offline", "--json")
    found = ran.json["findings"][0]
    assert (ran.code, found["what"], found["well"]) == (1, "database", False)
    assert found["remedy"]
    assert "Traceback" not in ran.err
    assert "hunter2" not in ran.out + ran.err


def test_the_doctor_asks_each_vendor_unless_told_not_to(deskhand, account):
    rest = ["--email", "a@b.example", "--token", "hunter2", "--signing-secret", "s", "--json"]
    name = deskhand("connect", "zendesk", "--account", account, "--base-url", "http://127.0.0.1:9", *rest).json[
        "connection"
    ]
    asked, spared = (
        {f["what"]: f for f in deskhand("doctor", "--json", *more).json["findings"]}[f"zendesk of acme {name}"]
        for more in ([], ["--offline"])
    )
    assert not asked["well"]
    assert "reaches the address" in asked["remedy"]
    assert spared["well"]
    assert "hunter2" not in json.dumps(asked)


# --- up --------------------------------------------------------------------------------------------------------


def test_up_starts_the_broker_first_and_stops_it_last(prepared):
    started = parts(prepared)
    assert [part.name for part in started] == ["broker", "web", "worker 1", "worker 2", "clock"]
    assert [p.name for p in sorted(started, key=lambda p: p.stage)] == [
        "web",
        "worker 1",
        "worker 2",
        "clock",
        "broker",
    ]


def test_up_runs_no_broker_beside_a_redis(prepared):
    assert parts(replace(prepared, own_broker=False))[0].name == "web"


def test_a_port_that_is_taken_is_said_before_anything_starts(deskhand):
    with taken_port() as port:
        ran = deskhand("up", "--port", str(port))
    assert ran.code == 2
    assert f"port {port}" in ran.err
    assert "--port" in ran.err


@pytest.mark.slow
def test_up_takes_webhooks_and_leaves_nobody_behind(prepared):
    """The real thing: broker, web, two workers and a clock; ready when it says so, gone when told."""
    with taken_port() as port:
        pass
    environment = {**child_environment(prepared), "REDIS_URL": ""}
    command = [sys.executable, "-m", "app", "up", "--port", str(port)]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, process_group=0
    )
    try:
        assert "takes webhooks at" in process.stdout.readline()
        for page in ("healthz", "readyz"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=60) as answer:
                assert answer.status == 200
        assert len(processes(prepared)) >= 6
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
        process.stdout.close()
    assert code == 0
    assert not prepared.broker_socket.exists()
    assert processes(prepared) == []
