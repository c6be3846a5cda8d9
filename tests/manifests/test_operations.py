"""The dashboard and the alerts ask for figures that are told, and whoever is woken finds an entry that helps."""

import json
import re

import click
import pytest
import yaml

from app.cli import cli
from app.metrics.families import FAMILIES
from app.settings import VARIABLES
from tests.house.source import ROOT

HERE = ROOT / "manifests" / "operations"
ALERTS = [
    rule
    for group in yaml.safe_load((HERE / "prometheus" / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
BOARD = json.loads((HERE / "grafana" / "deskhand.json").read_text())
QUERIES = [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", ())]
TOLD = {name: family for family in FAMILIES.values() for name in family.told}
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
ENTRIES = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
PROMETHEUS_OWN = {"le", "job"}


def asked(query: str) -> set[str]:
    """The metrics of ours in a query."""
    return set(re.findall(r"\bdeskhand_\w+", query))


@pytest.mark.parametrize("query", [*QUERIES, *(rule["expr"] for rule in ALERTS)])
def test_every_query_asks_for_what_is_told_by_labels_that_it_has(query: str) -> None:
    names = asked(query) or {name for name in ("up",) if re.search(r"\bup{", query)}
    assert names
    assert names - {"up"} <= set(TOLD)
    known = {label for name in names - {"up"} for label in TOLD[name].labels} | PROMETHEUS_OWN
    used = set(re.findall(r"(\w+)\s*(?:=~|!=|=)\s*\"", query))
    used |= {word for part in re.findall(r"\bby \(([^)]*)\)", query) for word in re.split(r",\s*", part)}
    assert used <= known


def test_every_family_that_people_act_by_is_on_the_board_or_wakes_somebody() -> None:
    shown = {TOLD[name].name for query in (*QUERIES, *(rule["expr"] for rule in ALERTS)) for name in asked(query)}
    drawn_elsewhere = {
        *(
            "deskhand_events",
            "deskhand_page_views",
            "deskhand_surfaces",
            "deskhand_canvases",
            "deskhand_sidebar_presses",
        ),
        *("deskhand_installs", "deskhand_apps", "deskhand_model_seconds", "deskhand_bells", "deskhand_sweeps"),
        *("deskhand_assigned", "deskhand_codes", "deskhand_promises", "deskhand_forecasts", "deskhand_other"),
        *("deskhand_scrape_seconds", "deskhand_sign_ons", "deskhand_limited", "deskhand_levels"),
    }
    assert set(FAMILIES) - shown == drawn_elsewhere


def test_every_alert_has_an_entry_and_every_entry_an_alert() -> None:
    assert sorted(ENTRIES) == sorted(rule["alert"] for rule in ALERTS)
    assert len(ALERTS) == len(ENTRIES) > 20


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_an_entry_says_what_it_means_how_to_see_it_what_to_do_and_when_it_is_over(name: str) -> None:
    parts = re.findall(r"^\*\*(\w+)\*\* (\S[^*]{15,})", ENTRIES[name], re.MULTILINE)
    assert [word for word, _ in parts] == ["Means", "See", "Do", "Over"]


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_what_it_is_about(rule: dict) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")


def commands(text: str) -> set[str]:
    return set(re.findall(r"`(?:docker compose exec \w+ )?(deskhand [a-z][^`]*)`", text))


@pytest.mark.parametrize("said", sorted(commands(RUNBOOK) | commands(OPERATIONS)))
def test_every_command_that_is_named_is_there_with_its_options(said: str) -> None:
    words = said.split()[1:]
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None
    if isinstance(command, click.Group) and len(words) > 1 and not words[1].startswith("-"):
        command = command.get_command(click.Context(command), words[1])
        assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_figures_settings_and_pages_that_are_named_are_there() -> None:
    variables = {variable.name for variable in VARIABLES}
    for text in (RUNBOOK, OPERATIONS):
        assert {word for word in re.findall(r"\bdeskhand_\w+", text) if word not in {*TOLD, *FAMILIES}} == set()
        assert set(re.findall(r"\b(?:DESKHAND|OTEL)_[A-Z_]+\b", text)) <= variables
    for page in re.findall(r"\]\(((?!http)[^)#]+)\)", RUNBOOK + OPERATIONS):
        assert (ROOT / "docs" / page).resolve().exists(), page


def test_events_that_the_runbook_tells_to_look_for_are_logged() -> None:
    said = set(re.findall(r"`((?:process|webhook|request|run|effect|clock|model|job|worker)\.\w+)`", RUNBOOK))
    source = "".join(f.read_text() for folder in ("app", "jobs") for f in (ROOT / folder).rglob("*.py"))
    assert len(said) >= 6
    assert {event for event in said if f'"{event}"' not in source} == set()
