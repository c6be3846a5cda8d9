"""The image and the compose file: what they run is there, who runs it is nobody, and nothing that is secret is in them."""

import os
import re
import shlex
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from app.cli import COMMANDS
from app.settings import VARIABLES, Settings
from tests.house.source import ROOT

HERE = ROOT / "manifests" / "container"
RECIPE = (HERE / "Containerfile").read_text()
COMPOSE = yaml.safe_load((HERE / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if "build" in one}
NAMES = {variable.name for variable in VARIABLES}
LISTED = re.search(r"^for name in (.*?); do$", (HERE / "entrypoint.sh").read_text(), re.MULTILINE | re.DOTALL)
INSTALLED = "/opt/deskhand/bin/deskhand"
TAKEN = set(LISTED[1].replace("\\\n", "").split()) if LISTED else set()
"""Settings that may come as files."""


def steps(word: str) -> list[str]:
    """The recipe's lines that begin with this word, continued ones joined."""
    joined = re.sub(r"\\\n\s*", " ", RECIPE)
    return [line.removeprefix(f"{word} ") for line in joined.splitlines() if line.startswith(f"{word} ")]


def test_the_base_is_a_version_and_not_whatever_is_newest() -> None:
    (base,) = steps("ARG")
    assert re.fullmatch(r"BASE=\S+/python:3\.\d+\.\d+-slim-\w+", base)
    supported = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert supported == ">=3.11"
    for one in SERVICES.values():
        assert ":" in one["image"]
        assert not one["image"].endswith(":latest")


def test_what_is_installed_is_locked_by_hashes_and_the_tools_stay_behind() -> None:
    installs = [line for line in steps("RUN") if "pip install" in line]
    assert "--require-hashes --requirement requirements.lock" in installs[0]
    assert all("--no-deps" in line for line in installs[1:])
    last = RECIPE.rpartition("\nFROM ")[2]
    assert "pip" not in re.sub(r"#.*", "", last)


def test_what_is_copied_is_there_and_let_in() -> None:
    let_in = {
        line[1:] for line in (HERE / "Containerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    }
    for line in steps("COPY"):
        if "--from=" in line:
            continue
        *sources, _ = [word for word in line.split() if not word.startswith("--")]
        for source in sources:
            assert (ROOT / source).exists()
            assert source in let_in
    tracked = subprocess.run(["git", "ls-files", "app"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert not [name for name in tracked.splitlines() if name.endswith((".key", ".db", ".env"))]


def test_it_runs_as_nobody_in_particular_and_its_command_is_there() -> None:
    assert steps("USER") == ["10001:10001"]
    assert steps("CMD") == ['["web"]']
    assert "web" in COMMANDS
    assert "HEALTHCHECK" in RECIPE
    assert '["deskhand", "health", "web"]' in RECIPE


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_services_may_nothing_that_they_need_not(name: str) -> None:
    one = OURS[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["user"] == "10001:10001"
    assert {"mem_limit", "pids_limit"} <= one.keys()
    assert one["command"][0] in COMMANDS
    test = one.get("healthcheck", {}).get("test", ["CMD", "deskhand", "health", "web"])
    assert test[2] in COMMANDS


def test_each_kind_of_process_asks_for_its_own_health() -> None:
    for kind in ("worker", "clock"):
        assert SERVICES[kind]["healthcheck"]["test"] == ["CMD", "deskhand", "health", kind]


def test_the_database_is_prepared_before_anything_uses_it() -> None:
    for kind in ("web", "worker", "clock"):
        assert SERVICES[kind]["depends_on"]["upgrade"] == {"condition": "service_completed_successfully"}
    assert SERVICES["upgrade"]["command"] == ["db", "upgrade"]


def test_settings_are_ones_that_are_read_and_secrets_are_files() -> None:
    given = COMPOSE["x-deskhand"]["environment"]
    for name in given:
        known = name.removesuffix("_FILE") in TAKEN if name.endswith("_FILE") else name in NAMES
        assert known, name
    named = {Path(value).name for name, value in given.items() if name.endswith("_FILE")}
    assert named <= set(COMPOSE["x-deskhand"]["secrets"]) <= set(COMPOSE["secrets"])
    example = re.findall(r"^([A-Z_]+)=", (HERE / "example.env").read_text(), re.MULTILINE)
    assert set(example) - NAMES == {"DESKHAND_PUBLISH", "DESKHAND_VERSION"}


def test_every_setting_that_holds_a_secret_may_come_as_a_file() -> None:
    secret = {one.name for one in fields(Settings) if not one.repr}
    assert {one.name for one in VARIABLES if one.field in secret} == TAKEN - {"PGPASSWORD"}


def test_whatever_is_run_in_a_container_has_the_secrets() -> None:
    (put,) = [line for line in steps("COPY") if "entrypoint.sh" in line]
    assert put.endswith(" /usr/local/bin/deskhand")
    assert steps("ENTRYPOINT") == ['["deskhand"]']
    assert not [line for line in steps("ENV") if line.startswith("PATH=") or " PATH=" in line]
    assert steps("COPY")[-2] == "--from=build /opt/deskhand /opt/deskhand"
    assert (HERE / "entrypoint.sh").read_text().splitlines()[-1] == f'exec {INSTALLED} "$@"'


def test_processes_get_more_time_to_end_than_they_take() -> None:
    drain = int(COMPOSE["x-deskhand"]["environment"]["DESKHAND_DRAIN_SECONDS"])
    assert int(COMPOSE["x-deskhand"]["stop_grace_period"].removesuffix("s")) > drain + 5


def test_only_the_web_has_a_port_and_the_stores_have_no_way_out() -> None:
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"web"}
    assert SERVICES["web"]["ports"] == ["${DESKHAND_PUBLISH:-127.0.0.1:8080}:8080"]
    for name in ("postgres", "valkey"):
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_the_entrypoint_gives_secrets_to_the_process_alone(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("hunter2\n")
    shown = tmp_path / "deskhand"
    shown.write_text('#!/bin/sh\necho "$DESKHAND_SECRET_KEY|${DESKHAND_SECRET_KEY_FILE:-gone}|$*"\n')
    shown.chmod(0o755)
    script = tmp_path / "entrypoint.sh"
    script.write_text((HERE / "entrypoint.sh").read_text().replace(INSTALLED, str(shown)))
    environment = {"PATH": os.defpath, "DESKHAND_SECRET_KEY_FILE": str(secret)}
    command = ["/bin/sh", str(script), *shlex.split("db upgrade")]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout == "hunter2|gone|db upgrade\n"
    missing = subprocess.run(
        command,
        env=environment | {"DESKHAND_SECRET_KEY_FILE": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert missing.returncode == 2
    assert "DESKHAND_SECRET_KEY_FILE" in missing.stderr
    assert "chmod" in missing.stderr
    assert "hunter2" not in missing.stderr
