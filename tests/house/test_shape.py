"""Sizes, names and words: what keeps every file readable in one sitting."""

import ast
import re
from functools import cache

import pytest

from tests.house.source import PACKAGES, ROOT, files, functions, name, nodes, tracked, tree

EVERYTHING = files(*PACKAGES, "tests")
OURS = files(*PACKAGES)
VENDORS = ("zendesk", "intercom", "slack")
VENDOR_ROOMS = ("connectors/registry.py", "app/sandbox/", *(f"connectors/{vendor}/" for vendor in VENDORS))
LOOSE = {"utils", "util", "helpers", "helper", "common", "core", "manager", "misc"}
IDLE = re.compile(r"^(get|handle|process|do)_")


def test_no_file_is_longer_than_400_lines():
    assert {name(f): n for f in EVERYTHING if (n := len(f.read_text().splitlines())) > 400} == {}


def test_no_function_is_longer_than_60_lines():
    long = {
        f"{name(f)}:{node.name}": length
        for f in EVERYTHING
        for node in functions(f)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > 60
    }
    assert long == {}


def test_no_function_takes_more_than_6_arguments():
    """Itself and its class not counted; a function that the command line calls takes one for each option."""
    many = {}
    for file in OURS:
        for node in functions(file):
            given = node.args
            own = [a for a in (*given.posonlyargs, *given.args, *given.kwonlyargs) if a.arg not in ("self", "cls")]
            if len(own) > 6:
                many[f"{name(file)}:{node.name}"] = len(own)
    assert many == {}


def test_no_module_has_a_name_that_says_nothing():
    assert [name(f) for f in EVERYTHING if LOOSE & {f.stem, f.parent.name}] == []


def own_functions(file):
    """Functions whose names are ours: not those of a class that a library's class is the base of."""
    heirs = {
        id(method) for node in nodes(file) if isinstance(node, ast.ClassDef) and node.bases for method in ast.walk(node)
    }
    return [node for node in functions(file) if id(node) not in heirs]


def test_no_function_is_named_for_doing_something_or_other():
    assert [f"{name(f)}:{n.name}" for f in OURS for n in own_functions(f) if IDLE.match(n.name)] == []


def test_every_module_says_in_a_sentence_what_lives_in_it():
    silent = [name(f) for f in OURS if len(ast.get_docstring(tree(f)) or "") < 15]
    assert silent == []


def test_no_file_only_pretends():
    """No body of an ellipsis outside protocols, no promise to write it later."""
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|NotImplemented" + r"Error)\b")
    assert [f"{name(f)}: {m[0]}" for f in EVERYTHING if (m := later.search(f.read_text()))] == []


@cache
def spoken(file):
    """Every name and every text in the code of a file, in small letters, with its line; docstrings and comments are left out."""
    silent = {id(node.value) for node in nodes(file) if isinstance(node, ast.Expr)}
    return [
        (said.lower(), node.lineno)
        for node in nodes(file)
        if id(node) not in silent and hasattr(node, "lineno")
        for field in ("id", "attr", "name", "arg", "module", "value")
        if isinstance(said := getattr(node, field, None), str)
    ]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendors_name_stands_only_where_vendors_live(vendor):
    """Documentation may give an example; configuration's own words for channels are data, in YAML files."""
    strange = [
        f"{name(file)}:{line}"
        for file in OURS
        if not name(file).startswith(VENDOR_ROOMS)
        for said, line in spoken(file)
        if vendor in said
    ]
    assert strange == []


def test_the_changelog_has_a_place_for_what_is_not_released():
    assert "\n## Unreleased\n" in (ROOT / "CHANGELOG.md").read_text()


def test_no_file_names_a_package_registry_or_a_place_on_somebodys_machine():
    private = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|artifactory|/home/[a-z]|/root/|/Users/[a-z]|/work/")
    here = ROOT / "tests" / "house" / "test_shape.py"
    readable = [
        f for f in tracked() if f != here and f.suffix not in (".png", ".ico", ".onnx", ".npz", ".gz", ".woff2")
    ]
    found = [
        f"{name(f)}: {m[0]}" for f in readable if (m := private.search(f.read_text(encoding="utf-8", errors="replace")))
    ]
    assert found == []
