"""The page on learning says what is so: its settings are read and work, its commands have the options that it names."""

import re

import click

from app.cli import cli
from app.engine.configuration import State, load, report
from tests.house.source import ROOT

TEXT = (ROOT / "docs" / "learning.md").read_text("utf-8")
SHOWN = "".join(re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
WHOLE = f"service: shop\nclassification: {{categories: [{{name: order-status, keywords: [order]}}]}}\n{SHOWN}"


def test_the_examples_are_read_and_all_of_them_work() -> None:
    settled = load(WHOLE, name="example.yaml")
    ours = ("training", "experiments", "answers")
    states = {line.path: line.state for line in report(settled) if line.path.startswith(ours)}
    assert set(states.values()) == {State.WORKS}
    assert len(states) >= 10
    assert (settled.training.least, settled.answers.day, settled.experiments[0].days) == (100, 500, 14)


def test_every_command_and_every_option_that_is_named_is_there() -> None:
    said = re.findall(r"^deskhand (\w+)( \w+)?(.*)$", TEXT, re.MULTILINE)
    assert len(said) >= 9
    for name, second, rest in said:
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), second.strip())
        assert command is not None, name
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"(--[a-z-]+)", rest)) <= known, name
