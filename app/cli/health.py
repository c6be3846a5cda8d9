"""``deskhand health``: whether this machine's processes of a kind come round, asked without a database and without a broker."""

import time

import click

from app import pulse
from app.settings import Settings


@click.command()
@click.argument("kind", type=click.Choice(("web", "worker", "clock")))
def health(kind: str) -> None:
    """End with 0 while this machine's processes of that kind are well: for containers, which restart what is not.

    No database and no broker is asked: a restart mends neither, and all would be restarted at once.
    """
    settings = Settings.load()
    found = pulse.signs(pulse.folder(settings.data_dir), kind)
    now = time.time()
    trouble = [words for sign in found if (words := sign.trouble(now))]
    if not found:
        trouble = [f"no {kind} has begun here"]
    for words in trouble:
        click.echo(f"deskhand: {words}", err=True)
    raise SystemExit(1 if trouble else 0)
