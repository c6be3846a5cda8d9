"""The page on figures says what is so: its configuration is read, and its commands and figures are there."""

import re

from app.cli import cli
from app.cli.report import report as reports
from app.engine.configuration import State, load, report
from app.engine.measures import named
from tests.house.source import ROOT

TEXT = (ROOT / "docs" / "figures.md").read_text("utf-8")
(SHOWN,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
WHOLE = f"service: shop\nclassification: {{categories: [{{name: billing, keywords: [invoice]}}]}}\n{SHOWN}"


def test_the_example_is_read_and_all_of_it_works() -> None:
    settled = load(WHOLE, name="example.yaml")
    states = {line.path: line.state for line in report(settled) if line.path.startswith(("analytics", "contacts"))}
    assert set(states.values()) == {State.WORKS}
    assert len(settled.watched.metrics) == 6
    assert all(named(one) for one in settled.watched.shown)


def test_every_command_that_is_named_is_there() -> None:
    said = set(re.findall(r"deskhand ([a-z]+)(?: ([a-z]+))?", TEXT))
    assert {first for first, _ in said} <= set(cli.list_commands(None))  # type: ignore[arg-type]
    assert {second for first, second in said if first == "report" and second} <= reports.commands.keys()
