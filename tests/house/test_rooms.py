"""Who may know whom, beyond what the import contracts say."""

import ast
import subprocess
import sys

import pytest

from connectors.base import Helpdesk
from connectors.registry import BACKENDS, HELPDESKS
from connectors.types import Change
from tests.house.source import PACKAGES, ROOT, files, imports, module, name, nodes

OURS = files(*PACKAGES)
VENDOR_FILES = ("__init__.py", "connector.py", "client.py", "parse.py", "settings.py", "README.md")
BACKEND_FILES = ("__init__.py", "README.md")


def test_no_two_modules_import_each_other():
    known = {module(f): imports(f) for f in OURS}
    pairs = {tuple(sorted((a, b))) for a, used in known.items() for b in used if a != b and a in known.get(b, ())}
    inside = {pair for pair in pairs if not pair[1].startswith(pair[0] + ".")}
    assert inside == set()


@pytest.mark.parametrize(
    ("imported", "unwanted"),
    [
        ("connectors.registry", "flask sqlalchemy redis rq zenpy intercom slack_sdk"),
        ("connectors.base", "flask sqlalchemy redis rq"),
        ("app.engine.pipeline", "flask sqlalchemy redis rq requests httpx httpx2 openai"),
        ("app.services", "flask zenpy intercom slack_sdk openai"),
        ("app.web", "jobs zenpy intercom slack_sdk numpy holidays"),
        ("app.cli", "flask sqlalchemy redis rq requests"),
    ],
)
def test_importing_one_thing_does_not_load_another(imported, unwanted):
    code = f"import sys, {imported}; print([m for m in {unwanted.split()!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"


def test_only_the_gate_makes_decisions():
    makers = {
        name(f)
        for f in OURS
        for node in nodes(f)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Decision"
    }
    assert makers == {"app/engine/policy.py"}


def test_the_queue_is_told_names_that_are_there_and_take_what_is_sent():
    """In a process of its own: nothing here may load jobs into the web's tests."""
    code = """
import inspect
from importlib import import_module
from app import queue
names = [value for value in vars(queue).values() if isinstance(value, str) and value.startswith("jobs.")]
for one in names:
    module, _, function = one.rpartition(".")
    inspect.signature(getattr(import_module(module), function)).bind("an id")
print(len(names))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(ran.stdout) >= 1


def test_every_vendor_folder_is_registered_and_whole():
    folders = {path.parent.name for path in (ROOT / "connectors").glob("*/__init__.py")}
    assert folders == set(HELPDESKS) | set(BACKENDS)
    missing = [
        f"{vendor}/{file}"
        for vendor in folders
        for file in (VENDOR_FILES if vendor in HELPDESKS else BACKEND_FILES)
        if not (ROOT / "connectors" / vendor / file).is_file()
    ]
    assert missing == []


@pytest.mark.parametrize("vendor", sorted(HELPDESKS))
def test_every_vendor_has_payloads_and_a_stage(vendor):
    folder = ROOT / "tests" / "connectors" / vendor
    assert (folder / "stage.py").is_file()
    payloads = list((folder / "payloads").glob("*.json"))
    assert len(payloads) >= 8
    assert [file.name for file in payloads if "__" not in file.stem] == []


@pytest.mark.parametrize("vendor", sorted(HELPDESKS))
def test_a_vendor_is_registered_under_its_own_name_with_settings_that_make_sense(vendor):
    kind: type[Helpdesk] = HELPDESKS[vendor]
    assert kind.name == vendor
    names = [setting.name for setting in kind.settings]
    assert len(names) == len(set(names))
    assert all(setting.help for setting in kind.settings)
    assert any(setting.secret and setting.required for setting in kind.settings)
    assert kind.supports <= set(Change.__args__)


def test_every_change_can_be_made_somewhere():
    possible = frozenset[type[Change]]().union(*(kind.supports for kind in HELPDESKS.values()))
    assert {change.__name__ for change in Change.__args__} - {change.__name__ for change in possible} == set()


def test_only_the_gate_for_effects_makes_permits():
    makers = {
        name(f)
        for f in OURS
        for node in nodes(f)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Permit"
    }
    assert makers == {"app/engine/permission.py"}
