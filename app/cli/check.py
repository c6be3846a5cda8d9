"""``deskhand check``: what this version does with each setting of a configuration."""

from pathlib import Path

import click

from app.cli import opening
from app.cli.account import read
from app.engine.configuration import Configuration, ConfigurationError, load
from app.engine.configuration.states import SettingLine, report
from app.engine.configuration.verdicts import State

WORDS = {
    State.WORKS: "works",
    State.HOST: "the host's part",
    State.NOT_YET: "not yet",
    State.WARNING: "look at this",
}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@opening.as_json
def check(file: Path, as_json: bool) -> None:
    """Validate a configuration: each setting works, is the host's part, is not done yet, or is an error. Exit 1 on errors."""
    try:
        configuration = load(read(file), name=file.name)
    except ConfigurationError as error:
        _refuse(error, as_json)
        raise SystemExit(1) from error
    lines = report(configuration)
    if as_json:
        opening.print_json(
            {"ok": True, "service": configuration.service, "settings": [_plain(line) for line in lines], "problems": []}
        )
    else:
        _show(configuration, lines)


def _refuse(error: ConfigurationError, as_json: bool) -> None:
    if as_json:
        problems = [
            {"file": p.file, "line": p.line, "path": p.path, "problem": p.wrong, "remedy": p.remedy}
            for p in error.problems
        ]
        opening.print_json({"ok": False, "settings": [], "problems": problems})
        return
    for problem in error.problems:
        click.echo(str(problem), err=True)
    click.echo(f"deskhand: {len(error.problems)} to put right; nothing was changed", err=True)


def _plain(line: SettingLine) -> dict[str, object]:
    return {"path": line.path, "line": line.line, "state": line.state.value, "text": line.text}


def _show(configuration: Configuration, lines: tuple[SettingLine, ...]) -> None:
    rows = [(str(line.line), line.path, WORDS[line.state], line.text) for line in lines]
    opening.print_table(
        configuration.name or configuration.service, ("line", "setting", "", "what becomes of it"), rows
    )
    counts = {state: sum(line.state is state for line in lines) for state in WORDS}
    click.echo(", ".join(f"{count} {WORDS[state]}" for state, count in counts.items() if count))
