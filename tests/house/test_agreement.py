"""What is written down twice says the same: settings, errors, locks, commands."""

import re
import subprocess
import sys
import tomllib
from importlib import import_module

import pytest
from packaging.requirements import Requirement

from app import errors as own
from app.cli import COMMANDS
from app.settings import Settings
from app.variables import VARIABLES
from connectors import errors as vendors
from tests.house.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PERSONS_OWN = {"BadInput", "SettingsError"}
"""Errors that only a person at the command line or a start can cause: no job meets them."""


def leaves(root: type[Exception], home: str) -> set[type[Exception]]:
    """Every error below ``root`` that is written in ``home`` and has none below itself."""
    below = [kind for kind in root.__subclasses__() if kind.__module__ == home]
    found = {leaf for kind in below for leaf in leaves(kind, home)} if below else {root}
    return {leaf for leaf in found if leaf.__module__ == home}


def test_every_setting_is_in_the_example_with_its_default():
    example = (ROOT / ".env.example").read_text()
    given = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", example, re.MULTILINE))
    assert given == {variable.name: variable.default for variable in VARIABLES}


def test_the_example_works_as_it_is(tmp_path):
    example = (ROOT / ".env.example").read_text()
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    settings = Settings.load({**given, "DESKHAND_DATA_DIR": str(tmp_path)})
    assert settings == Settings.load({"DESKHAND_DATA_DIR": str(tmp_path)})


def test_every_variable_fills_a_field_with_a_sentence_about_it():
    assert {variable.field for variable in VARIABLES} <= set(Settings.__dataclass_fields__)
    assert all(variable.help.endswith(".") for variable in VARIABLES)


def test_the_read_me_leads_to_every_setting():
    assert "(.env.example)" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("module", [vendors, own], ids=lambda module: module.__name__)
def test_every_error_stands_in_the_tree_that_is_drawn(module):
    kinds = [kind.__name__ for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert [kind for kind in kinds if kind not in (module.__doc__ or "")] == []


def test_every_error_has_a_remedy_in_the_one_table():
    table = import_module("jobs.base").REMEDIES
    met = leaves(vendors.ConnectorError, vendors.__name__) | leaves(own.DeskhandError, own.__name__)
    unplaced = {leaf.__name__ for leaf in met if not any(kind in table for kind in leaf.__mro__)}
    assert unplaced == PERSONS_OWN


@pytest.mark.parametrize(("lock", "extra"), [("requirements.lock", ()), ("requirements-dev.lock", ("dev",))])
def test_every_dependency_is_locked_with_hashes_at_a_version_that_fits(lock, extra):
    text = (ROOT / lock).read_text()
    locked = {}
    for pin, marker in re.findall(r"^([A-Za-z0-9._-]+==[^ \\;]+)(?: ; ([^\\]+?))? \\$", text, re.MULTILINE):
        wanted, _, version = pin.partition("==")
        locked.setdefault(wanted.lower().replace("_", "-"), []).append((version, marker))
    asked = [*PROJECT["dependencies"], *(line for one in extra for line in PROJECT["optional-dependencies"][one])]
    for line in map(Requirement, asked):
        versions = locked.get(line.name.lower().replace("_", "-"), [])
        assert versions, f"{line.name} is not in {lock}: make lock"
        assert all(line.specifier.contains(version) for version, _ in versions), line
    assert "--hash=sha256:" in text
    assert "://" not in text


def test_the_lock_for_the_tools_agrees_with_the_lock_for_the_product():
    product, tools = ((ROOT / f"requirements{kind}.lock").read_text() for kind in ("", "-dev"))
    pins = re.findall(r"^[A-Za-z0-9._-]+==[^ \\;]+", product, re.MULTILINE)
    assert len(pins) > 30
    assert [pin for pin in pins if pin not in tools] == []


def test_the_procfile_runs_commands_that_are_there():
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert set(lines) == {"release", "broker", "web", "worker", "clock"}
    assert {command.split()[1] for command in lines.values()} <= set(COMMANDS)


def test_the_commands_that_scripts_depend_on_are_there():
    assert {"up", "demo", "check", "account", "connect", "doctor", "simulate"} <= set(COMMANDS)


@pytest.mark.parametrize("target", ["setup", "demo", "test", "bench", "fix", "clean", "lock"])
def test_the_makefile_has_the_targets_that_are_promised(target):
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE)
    assert re.search(rf"^\.PHONY:.*\b{target}\b", makefile, re.MULTILINE)


def test_it_runs_as_a_module_and_under_its_name():
    for command in ([sys.executable, "-m", "app"], [f"{sys.prefix}/bin/deskhand"]):
        ran = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True, cwd=ROOT)
        assert PROJECT["version"] in ran.stdout


def test_the_tables_and_the_models_agree_and_there_is_one_head(prepared):
    migrations = import_module("app.db.migrations")
    database = import_module("app.db.database").Database(prepared.database_url)
    assert migrations.differences(database) == []
    assert not migrations.pending(database)
    database.dispose()
