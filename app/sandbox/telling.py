"""What became of the stories, as a table for people or a document for programs. Plays and checks nothing."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from app.sandbox.scene import field, ours
from app.sandbox.stories import Story
from app.sandbox.world import View


@dataclass(frozen=True)
class Told:
    """A story after it was played: the ticket as the host shows it, and what became of each check."""

    story: Story
    ticket: str
    view: View | None
    seconds: float
    record: View | None = None
    """The ticket elsewhere that records this one."""
    missed: str = ""
    checks: tuple[tuple[str, bool], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it went as it should."""
        return not self.missed and all(good for _, good in self.checks)


def document(told: Sequence[Told], base: str) -> dict[str, Any]:
    """What ``--json`` prints."""
    stories = [
        {
            "name": one.story.name,
            "title": one.story.title,
            "host": one.story.desk,
            "ticket": one.ticket,
            "url": _url(base, one),
            "ok": one.ok,
            "missed": one.missed,
            "seconds": round(one.seconds, 2),
            "checks": [{"what": what, "ok": good} for what, good in one.checks],
        }
        for one in told
    ]
    return {"ok": all(one.ok for one in told), "inbox": f"{base}/", "stories": stories}


def failure(why: str) -> dict[str, Any]:
    """What ``--json`` prints when no story could be played to its end."""
    return {"ok": False, "inbox": "", "stories": [], "error": why}


def _url(base: str, told: Told) -> str:
    return f"{base}/?host={told.story.desk}&ticket={told.ticket}"


def show(told: Sequence[Told], base: str, as_json: bool) -> None:
    """Print it on standard output."""
    if as_json:
        show_document(document(told, base))
        return
    table = Table(title="What happened", title_justify="left", show_edge=False, pad_edge=False, row_styles=("", "dim"))
    for column in ("Helpdesk", "Story", "In the ticket", ""):
        table.add_column(column, overflow="fold")
    for one in told:
        table.add_row(one.story.desk, one.story.title, _outcome(one), "[green]ok[/]" if one.ok else "[red]no[/]")
    console = Console(highlight=False)
    console.print(table)
    for one in told:
        for what in [one.missed, *(what for what, good in one.checks if not good)]:
            if what:
                console.print(f"[red]no[/] {one.story.name}: not so: {what}")


def show_document(value: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _outcome(told: Told) -> str:
    if told.view is None:
        return told.missed
    if told.record:
        return f"recorded in {told.record.host} #{told.record.id}: {_written(told.record)}"
    return _written(told.view) or "nothing written"


def _written(view: View) -> str:
    counts = (
        (len(ours(view, kind)), word) for kind, word in (("note", "note"), ("public", "reply"), ("whisper", "whisper"))
    )
    counted = [f"{n} {word}" for n, word in counts if n]
    return " · ".join(part for part in (field(view, "category"), view.priority, field(view, "mode"), *counted) if part)
