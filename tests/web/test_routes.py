"""Our routes build the addresses that anybody's build, and make what builds them when one is wanted."""

import pytest
from flask import Flask
from werkzeug.routing import BuildError, Map, Rule

from app.routes import Route
from app.sandbox.server import application
from app.sandbox.world import World
from app.web import create_app

RULES = (
    ("/", "root", None),
    ("/tickets/<ticket>", "ticket", None),
    ("/tickets/<int:page>/<path:rest>", "page", None),
    ("/old/", "old", {"page": 1}),
    ("/odd name/<ticket>.json", "odd", None),
)


def bound(kind: type[Rule]):
    """Those rules, asked from one host."""
    rules = [kind(rule, endpoint=endpoint, defaults=defaults) for rule, endpoint, defaults in RULES]
    return Map(rules).bind("desk.example")


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("root", {}),
        ("root", {"q": "a b", "n": 3}),
        ("ticket", {"ticket": "a/b c?"}),
        ("ticket", {"ticket": "é", "q": ["x", "y"]}),
        ("page", {"page": 7, "rest": "a/b"}),
        ("old", {"page": 1}),
        ("odd", {"ticket": "8"}),
    ],
)
def test_addresses_are_those_that_werkzeug_builds(endpoint, values) -> None:
    ours, theirs = bound(Route), bound(Rule)
    for _ in range(2):  # when it is made, and when it is there
        assert ours.build(endpoint, values) == theirs.build(endpoint, values)
        assert ours.build(endpoint, values, append_unknown=False) == theirs.build(
            endpoint, values, append_unknown=False
        )


@pytest.mark.parametrize(("endpoint", "values"), [("ticket", {}), ("page", {"page": 1}), ("none", {})])
def test_what_cannot_be_built_is_refused_as_ever(endpoint, values) -> None:
    for kind in (Route, Rule):
        with pytest.raises(BuildError):
            bound(kind).build(endpoint, values)


def test_nothing_is_compiled_before_an_address_is_wanted(monkeypatch) -> None:
    made, compile_ = [], Rule._compile_builder

    def counted(rule: Rule, append_unknown: bool = True):
        made.append(rule.rule)
        return compile_(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", counted)
    ours = bound(Route)
    assert ours.match("/tickets/8") == ("ticket", {"ticket": "8"})
    assert not made
    assert [ours.build("ticket", {"ticket": n}) for n in "89"] == ["/tickets/8", "/tickets/9"]
    assert made == ["/tickets/<ticket>"]


def test_both_our_servers_have_such_routes(prepared) -> None:
    sandbox: Flask = application(World(), [])
    for app in (create_app(prepared), sandbox):
        assert {type(rule) for rule in app.url_map.iter_rules()} == {Route}
