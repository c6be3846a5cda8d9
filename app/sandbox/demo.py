"""``deskhand demo``: the vendors played, the product beside them as anybody would run it, and stories with their outcome."""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from app.errors import DeskhandError
from app.sandbox.cast import COMPANIES
from app.sandbox.guide import GUIDE
from app.sandbox.product import Product
from app.sandbox.scene import Missed, Scene
from app.sandbox.staging import set_stage
from app.sandbox.stories import STORIES, Story
from app.sandbox.telling import Told, failure, show, show_document

TOGETHER = 330.0
"""Seconds for all stories: most need one second each, two teach a team first, and whoever waits for a verdict must get one."""
TROUBLE = (DeskhandError, Missed, LookupError, ValueError, OSError)
"""What may go wrong on somebody's machine: said in words, never as a traceback, and never without a document."""


def run(
    *,
    once: bool = False,
    as_json: bool = False,
    port: int | None = None,
    data_dir: Path | None = None,
    stories: Sequence[Story] = (*STORIES, *GUIDE),
) -> int:
    """Play the stories, say what happened, then stay until Ctrl-C (with ``once``: end). Gives the exit code back.

    ``data_dir`` is kept; without it a temporary one is used and removed. Nothing that was started is left behind.
    """
    said = Console(stderr=True, highlight=False)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has set SIGINT to be ignored
        signal.signal(number, signal.default_int_handler)
    shown = False
    try:
        with ExitStack() as stack:
            with said.status("Starting Deskhand and the helpdesks it is for"):
                stage = set_stage(stack, data_dir, port or 0)
            with said.status("Playing the stories") as status:
                told = play(stage.scene, stories, lambda story: status.update(story.title))
            show(told, stage.base, as_json)
            shown = True
            if not once:
                for company in COMPANIES:
                    link = stage.product.command("account", "signin", company.account, "--role", "lead")["link"]
                    said.print(
                        f"The pages of {company.account}, as its lead (once, within ten minutes): {link}",
                        soft_wrap=True,
                    )
                said.print(f"\nWrite as a customer: [bold]{stage.base}/[/bold]   (Ctrl-C stops everything)")
                _stay(stage.product)
            return 0 if all(one.ok for one in told) else 1
    except KeyboardInterrupt:
        code, why = 130 if once else 0, "interrupted"
    except TROUBLE as error:
        code, why = 1, str(error) or type(error).__name__
        said.print(f"deskhand: {why}", markup=False)
    if as_json and not shown:
        show_document(failure(why))
    return code


def play(scene: Scene, stories: Sequence[Story], about: Callable[[Story], None] = lambda story: None) -> list[Told]:
    """One story after the other; the checks are asked when all has come to rest, so that what comes late counts too."""
    told, end = [], time.monotonic() + TOGETHER
    for story in stories:
        about(story)
        told.append(_tell(_within(scene, end), story))
    return [_checked(_within(scene, end), one) for one in told]


def _within(scene: Scene, end: float) -> Scene:
    """The scene with no more patience than is left of everybody's time."""
    return replace(scene, patience=min(scene.patience, max(1.0, end - time.monotonic())))


def _stay(product: Product) -> None:
    """Until Ctrl-C, or until the product ends by itself: then NotRunning is raised."""
    while True:
        product.check_alive()
        time.sleep(0.5)


def _tell(scene: Scene, story: Story) -> Told:
    began = time.monotonic()
    try:
        ticket = story.play(scene)
        return Told(story, ticket, None, time.monotonic() - began)
    except TROUBLE as error:
        return Told(story, "", None, time.monotonic() - began, missed=str(error) or type(error).__name__)


def _checked(scene: Scene, told: Told) -> Told:
    story = told.story
    if told.missed:
        return told
    try:
        scene.until_settled(story.desk, told.ticket)
        view = scene.view(story.desk, told.ticket)
        checks = tuple((what, check(scene, view)) for what, check in story.checks)
        return replace(told, view=view, record=story.record(scene) if story.record else None, checks=checks)
    except TROUBLE as error:
        return replace(told, missed=str(error) or type(error).__name__)
