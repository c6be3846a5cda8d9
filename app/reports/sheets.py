"""What a report shows, apart from how: cards, charts and tables, drawn as a page with pictures, as a mail, or as plain text.

A page opens from disk, holds no script and loads nothing. A mail draws its charts as tables, because mail programs drop pictures
that are drawn in the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

WIDE = 12
"""Characters of a bar in plain text."""
GOOD, BAD, PLAIN = "good", "bad", ""


@dataclass(frozen=True)
class Card:
    """One figure. ``tone`` is good, bad or nothing."""

    title: str
    value: str
    note: str = ""
    tone: str = PLAIN


@dataclass(frozen=True)
class Bar:
    """One line of a chart. ``part`` is 0 to 1 of its width; ``second`` is drawn after it; ``low`` and ``high`` are an interval."""

    label: str
    shown: str
    part: float
    second: float = 0.0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chart:
    """Bars under a title. ``legend`` names what ``part`` and ``second`` are; ``upright`` are columns, for a course of time."""

    title: str
    bars: Sequence[Bar]
    note: str = ""
    legend: tuple[str, ...] = ()
    upright: bool = False


@dataclass(frozen=True)
class Cell:
    """A piece of a table. ``link`` may be empty; ``tone`` as on a card; a figure is set to the right."""

    text: str
    link: str = ""
    tone: str = PLAIN
    figure: bool = False

    @property
    def safe_link(self) -> str:
        """The link, if it leads to a web page."""
        return self.link if self.link.startswith(("https://", "http://")) else ""


@dataclass(frozen=True)
class Grid:
    """A table under a title. ``empty`` is what is said where it has no rows."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    empty: str = "Nothing."


@dataclass(frozen=True)
class Sheet:
    """One report."""

    title: str
    about: str
    made_at: datetime
    warnings: Sequence[str] = ()
    """What is out of order, said first."""
    cards: Sequence[Card] = ()
    charts: Sequence[Chart] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[str] = field(default=())


def page(sheet: Sheet) -> str:
    """One HTML page with its charts drawn in it."""
    return _drawn("sheet.html", sheet)


def mail(sheet: Sheet) -> str:
    """HTML that mail programs show: every style at its place, charts as tables, no picture and no script."""
    return _drawn("mail.html", sheet)


def text(sheet: Sheet) -> str:
    """Plain text, as a chat or a mail without HTML shows it."""
    parts = [f"{sheet.title}\n{sheet.about}", "\n".join(f"Out of order: {line}" for line in sheet.warnings)]
    parts += ["\n".join(f"{card.title}: {card.value}{f' ({card.note})' if card.note else ''}" for card in sheet.cards)]
    parts += ["\n".join([chart.title, *(_line(bar) for bar in chart.bars)]) for chart in sheet.charts if chart.bars]
    for grid in sheet.grids:
        rows = [" | ".join(cell.text for cell in row) for row in grid.rows] or [grid.empty]
        parts.append("\n".join([grid.title, *rows]))
    return "\n\n".join(part for part in [*parts, *sheet.notes] if part)


def _line(bar: Bar) -> str:
    full, half = round(bar.part * WIDE), round(bar.second * WIDE)
    return f"{'█' * full}{'▒' * half}{'·' * max(0, WIDE - full - half)} {bar.label}: {bar.shown}"


def _drawn(template: str, sheet: Sheet) -> str:
    environment = Environment(
        loader=PackageLoader("app.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(sheet=sheet)
