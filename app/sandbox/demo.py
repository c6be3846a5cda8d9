"""``deskhand demo``: the vendors played, the product beside them as anybody would run it, and stories with their outcome."""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from app.sandbox.product import NotRunning, Product
from app.sandbox.scene import Missed, Scene
from app.sandbox.staging import set_stage
from app.sandbox.stories import STORIES, Story
from app.sandbox.telling import Told, show


def run(
    *,
    once: bool = False,
    as_json: bool = False,
    port: int | None = None,
    data_dir: Path | None = None,
    stories: Sequence[Story] = STORIES,
) -> int:
    """Play the stories, say what happened, then stay until Ctrl-C (with ``once``: end). Gives the exit code back.

    ``data_dir`` is kept; without it a temporary one is used and removed. Nothing that was started is left behind.
    """
    said = Console(stderr=True, highlight=False)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has set SIGINT to be ignored
        signal.signal(number, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            with said.status("Starting Deskhand and the helpdesks it is for"):
                stage = set_stage(stack, data_dir, port or 0)
            with said.status("Playing the stories") as status:
                told = play(stage.scene, stories, lambda story: status.update(story.title))
            show(told, stage.base, as_json)
            if not once:
                said.print(f"\nWrite as a customer: [bold]{stage.base}/[/bold]   (Ctrl-C stops everything)")
                _stay(stage.product)
            return 0 if all(one.ok for one in told) else 1
    except KeyboardInterrupt:
        return 130 if once else 0
    except NotRunning as error:
        said.print(f"deskhand: {error}", markup=False)
        return 1


def play(scene: Scene, stories: Sequence[Story], about: Callable[[Story], None] = lambda story: None) -> list[Told]:
    """One story after the other; the checks are asked when all has come to rest, so that what comes late counts too."""
    told = []
    for story in stories:
        about(story)
        told.append(_tell(scene, story))
    return [_checked(scene, one) for one in told]


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
    except (Missed, LookupError) as error:
        return Told(story, "", None, time.monotonic() - began, missed=str(error))


def _checked(scene: Scene, told: Told) -> Told:
    story = told.story
    if told.missed:
        return told
    try:
        scene.until_settled(story.desk, told.ticket)
        view = scene.view(story.desk, told.ticket)
        checks = tuple((what, check(scene, view)) for what, check in story.checks)
        return replace(told, view=view, record=story.record(scene) if story.record else None, checks=checks)
    except Missed as error:
        return replace(told, missed=str(error))
