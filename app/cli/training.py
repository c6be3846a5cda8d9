"""``deskhand examples`` and ``deskhand retrain``: what people teach about categories, and the models made from it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli import opening
from app.db import accounts, examples
from app.db.examples import IN_FORCE, TRAINED, Generation
from app.engine.evidence import lower_bound
from app.engine.training import GIVEN, Taught, name
from app.errors import BadInput
from app.services import Services

if TYPE_CHECKING:  # slow to load
    from app.nlp.model import Model

ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
BY = click.option("--by", required=True, metavar="PERSON", help="Who says so; it is kept.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="examples")
def taught() -> None:
    """What people taught about categories, beyond the account's own file."""


@taught.command()
@ACCOUNT
@BY
@click.option("--file", "file", type=FILE, help="JSON lines with text and labels, or CSV with text,category.")
@click.option("--text", help="One text, instead of a file.")
@click.option("--label", default="", help="Its category; without one, it is none of them.")
@opening.as_json
def add(account_name: str, by: str, file: Path | None, text: str | None, label: str, as_json: bool) -> None:
    """Teach: texts with their categories, without what is personal in them. The next training learns from it."""
    if (file is None) == (text is None):
        raise BadInput("--file", "give a file, or one --text")
    services = opening.services()
    with services.database.session() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
        pairs = _read(file) if file else [(text or "", label)]
        known = {category.name for category in services.configuration(account.id, session).categories}
        if unknown := sorted({one for _, one in pairs if one} - known):
            raise BadInput("--label", f"{unknown[0]} is no category; there are {', '.join(sorted(known))}")
        new = examples.add(session, account.id, [_taught(account.id, *pair, by, now) for pair in pairs])
    if as_json:
        opening.print_json({"given": len(pairs), "new": new})
    else:
        click.echo(f"{new} of {len(pairs)} examples are new")


@taught.command(name="list")
@ACCOUNT
@opening.as_json
def listed(account_name: str, as_json: bool) -> None:
    """Count the examples by category and by who gave them."""
    services = opening.services()
    with services.database.reading() as session:
        every = examples.every(session, accounts.named(session, account_name).id)
    counted: dict[tuple[str, str, str], int] = {}
    for one in every:
        counted[one.label, one.by, one.feedback] = counted.get((one.label, one.by, one.feedback), 0) + 1
    rows = [(*key, str(number)) for key, number in sorted(counted.items())]
    if as_json:
        columns = ("category", "by", "feedback", "count")
        opening.print_json({"examples": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        opening.print_table(f"Examples of {account_name}", ("category", "by", "feedback", "count"), rows)


def _read(file: Path) -> list[tuple[str, str]]:
    from app.nlp import lines  # noqa: PLC0415  # slow to load, and rarely wanted

    try:
        given = lines.examples(file.read_text("utf-8").splitlines(keepends=True))
    except (lines.BadLine, UnicodeDecodeError) as error:
        raise BadInput("--file", str(error)) from error
    return [(one.text, one.labels[0] if one.labels else "") for one in given]


def _taught(account_id: str, text: str, label: str, by: str, at: datetime) -> Taught:
    from app.nlp.personal import mask  # noqa: PLC0415  # slow to load, and rarely wanted

    masked = mask(text).text
    return Taught(name(account_id, masked, label, by), masked, label, by, at, feedback=GIVEN)


@click.command()
@ACCOUNT
@BY
@click.option(
    "--least", type=click.IntRange(1), help="New examples that it takes; the configuration's where not given."
)
@click.option("--rollback", "back", is_flag=True, help="Go back to the model before the one in force.")
@click.option("--anyway", is_flag=True, help="Also where promoted categories would have to be judged anew.")
@click.option("--history", "told", is_flag=True, help="Only tell what became of earlier trainings.")
@opening.as_json
def retrain(account_name: str, by: str, least: int | None, as_json: bool, **asked: bool) -> None:
    """Train a new model from what people taught. It counts only if it is better on examples that neither model has seen.

    Promoted categories keep their proof where it answers their judged tickets alike; where one would not, it does not count unless you
    say --anyway.
    """
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
    if asked["told"]:
        _show(services, account.id, account_name, as_json)
        return
    wanted = least or services.configuration(account.id).training.least
    ended, fallen = (
        _back(services, account.id, by)
        if asked["back"]
        else _trained(services, account.id, by, wanted, asked["anyway"])
    )
    if as_json:
        opening.print_json(_plain(ended) | {"fallen": fallen} if ended else {"kind": "too little is new"})
        return
    click.echo(_line(ended) if ended else "nothing was trained: too little was taught since the last training")
    if fallen and ended and ended.kind in IN_FORCE:
        click.echo(f"back to people until they are judged anew: {', '.join(fallen)}")
    elif fallen:
        click.echo("--anyway puts it in force all the same")


def _trained(
    services: Services, account_id: str, by: str, least: int, anyway: bool
) -> tuple[Generation | None, list[str]]:
    """The training's end, and the promoted categories that fell back because of it, or would."""
    from app.carrying import carry, falling, move  # noqa: PLC0415  # slow to load
    from app.nlp.generations import Order  # noqa: PLC0415
    from app.nlp.generations import retrain as trained  # noqa: PLC0415

    before, fallen = services.classifier(account_id).version, []

    def held(model: "Model") -> str:
        fallen.extend(falling(services, move(account_id, before, model)))
        return f"{', '.join(fallen)} would have to be judged anew" if fallen and not anyway else ""

    ended = trained(services.database, Order(account_id, by, least), *services.school(account_id), held)
    if ended and ended.kind == TRAINED:
        carry(services, move(account_id, before, services.school(account_id)[0].current))
    return ended, fallen


def _back(services: Services, account_id: str, by: str) -> tuple[Generation, list[str]]:
    """The model before counts again, and what it has been proven to do: on the same tickets, like any other."""
    from app.carrying import carry, move  # noqa: PLC0415  # slow to load
    from app.nlp.generations import NothingToUndo, roll_back  # noqa: PLC0415

    before = services.classifier(account_id).version
    try:
        ended = roll_back(services.database, account_id, by)
    except NothingToUndo as error:
        raise BadInput("--rollback", "no training is in force: there is only what the account gave") from error
    return ended, carry(services, move(account_id, before, services.school(account_id)[0].current))


def _show(services: Services, account_id: str, account_name: str, as_json: bool) -> None:
    """Every training with its verdict, and what people made of drafts while its model was in force."""
    with services.database.reading() as session:
        every, until = examples.generations(session, account_id), services.database.now(session)
        effects = []
        for one in every:
            effects.append(examples.stood(session, account_id, one.at, until) if one.kind in IN_FORCE else (0, 0))
            until = one.at if one.kind in IN_FORCE else until
    if as_json:
        told = [{**_plain(one), "kept": kept, "judged": of} for one, (kept, of) in zip(every, effects, strict=True)]
        opening.print_json({"generations": told})
        return
    rows = [
        (str(one.number), f"{one.at:%Y-%m-%d %H:%M}", one.kind, one.by, one.report.get("why", ""), _effect(*effect))
        for one, effect in zip(every, effects, strict=True)
    ]
    columns = ("number", "at", "end", "by", "why", "drafts kept since")
    opening.print_table(f"Models of {account_name}, newest first", columns, rows)


def _effect(kept: int, judged: int) -> str:
    """The share with its exact 90 % interval."""
    if not judged:
        return ""
    low, high = lower_bound(judged, judged - kept), 1 - lower_bound(judged, kept)
    return f"{kept} of {judged} ({low:.0%} to {high:.0%})"


def _line(ended: Generation) -> str:
    if "held" not in ended.report:
        return (
            f"back at the model of training {ended.report['of']}" if ended.report["of"] else "back at the account's own"
        )
    kept = "is in force" if ended.kind == TRAINED else "is not used"
    return f"model {ended.number} {kept}: {ended.report['why']}"


def _plain(ended: Generation) -> dict[str, object]:
    moment = ended.at.isoformat()
    return {
        "number": ended.number,
        "kind": ended.kind,
        "model": ended.model,
        "by": ended.by,
        "at": moment,
        **ended.report,
    }
