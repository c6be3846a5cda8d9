"""The report of a replay: one HTML file with its charts inside, which opens from disk and asks nobody for anything."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.engine.configuration import Configuration
from app.engine.evidence import lower_bound
from app.engine.replaying import TARGET, Line, Played, Tally, allowed

WORST = 100
"""Wrong tickets that are shown, surest first."""
SHOWN = 50
"""Replies that would have been sent that are shown."""
LONGEST = 1_500
"""Characters of a text that are shown."""


@dataclass
class Shown:
    """What the report shows of single tickets. ``mask`` takes personal data out of every text before it is kept."""

    mask: Callable[[str], str]
    worst: list[tuple[float, int, Played]] = field(default_factory=list)
    sent: list[Played] = field(default_factory=list)
    amounts: dict[str, list[str]] = field(default_factory=dict)
    """Category that we would have acted on, wrongly -> the sums that those tickets speak of."""
    seen: int = 0

    def watch(self, played: Iterable[Played]) -> Iterator[Played]:
        """The same tickets, with those remembered that a person should look at."""
        for one in played:
            self.seen += 1
            if one.wrong:
                self._wrong(one)
            if one.sendable and len(self.sent) < SHOWN:
                self.sent.append(self._masked(one))
            yield one

    def _wrong(self, one: Played) -> None:
        self.amounts.setdefault(one.category, []).extend(one.amounts)
        entry = (one.confidence, self.seen, one)
        if len(self.worst) < WORST:
            heapq.heappush(self.worst, (one.confidence, self.seen, self._masked(one)))
        elif entry[:2] > self.worst[0][:2]:
            heapq.heapreplace(self.worst, (one.confidence, self.seen, self._masked(one)))

    def _masked(self, one: Played) -> Played:
        return replace(
            one, question=self._text(one.question), draft=self._text(one.draft), answer=self._text(one.answer)
        )

    def _text(self, text: str) -> str:
        return self.mask(text[:LONGEST])


@dataclass(frozen=True)
class Bar:
    """One category's line and its place in the chart. Shares are of the chart's width, 0 to 1."""

    name: str
    line: Line
    mode: str
    upper: float
    risk: str


def bars(tally: Tally, shown: Shown, configuration: Configuration) -> list[Bar]:
    """The categories, most filed first."""
    return [
        Bar(
            name,
            line,
            str(allowed(line, configuration.category(name))),
            _upper(line),
            money(shown.amounts.get(name, ())),
        )
        for name, line in sorted(tally.lines.items(), key=lambda item: (-item[1].filed, item[0]))
    ]


def _upper(line: Line) -> float:
    """The exact upper end of a two-sided 90 % interval: what the lower bound of the errors leaves."""
    return 1.0 - lower_bound(line.n, line.correct) if line.n else 1.0


def money(amounts: Iterable[str]) -> str:
    """Sums such as ``12.50 EUR`` added up by currency, or nothing."""
    sums: dict[str, float] = {}
    for amount in amounts:
        number, _, currency = amount.partition(" ")
        try:
            sums[currency] = sums.get(currency, 0.0) + float(number)
        except ValueError:
            continue
    return ", ".join(f"{total:,.2f} {currency}".strip() for currency, total in sorted(sums.items()))


def page(tally: Tally, shown: Shown, configuration: Configuration, about: Mapping[str, Any], now: datetime) -> str:
    """The report. Every text in it is escaped; it holds no script and loads nothing."""
    environment = Environment(
        loader=PackageLoader("app.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    worst = [one for _, _, one in sorted(shown.worst, key=lambda entry: -entry[0])]
    return environment.get_template("replay.html").render(
        bars=bars(tally, shown, configuration),
        tally=tally,
        total=tally.total,
        worst=worst,
        sent=shown.sent,
        configuration=configuration,
        about=about,
        target=TARGET,
        now=now,
    )
