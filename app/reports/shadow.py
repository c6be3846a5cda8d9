"""What people did where we watched, beside what we would have done: how often they agree, and where not, worst first."""

from collections.abc import Sequence
from datetime import datetime

from app.db.agreements import Kept
from app.engine.agreeing import Agreement
from app.engine.evidence import lower_bound
from app.engine.lessons import Lesson
from app.engine.types import Mode
from app.reports.sheets import BAD, GOOD, Bar, Card, Cell, Chart, Grid, Sheet

WORST = 100
ASPECTS = ("category", "route", "priority")
ENOUGH = 0.95


def summary(kept: Sequence[Kept]) -> dict[str, object]:
    """The counts as plain values: each aspect with its exact interval, answers by what became of them, disagreements worst first."""
    said = [one.said for one in kept]
    return {
        "tickets": len(kept),
        **{name: _share(said, name) for name in ASPECTS},
        "replies": {str(kind): sum(one.lesson is kind for one in said) for kind in Lesson},
        "likeness": _mean([one.likeness for one in said if one.likeness is not None]),
        "categories": {name: _share(pile, "category") for name, pile in _by_category(said).items()},
        "disagreements": [_plain(one) for one in worst(kept)],
    }


def worst(kept: Sequence[Kept]) -> list[Kept]:
    """Those where people did otherwise, by what would have gone wrong and how sure we were."""
    off = [one for one in kept if one.said.weight > 0]
    return sorted(off, key=lambda one: (-one.said.weight, one.said.decision))[:WORST]


def _share(said: Sequence[Agreement], name: str) -> dict[str, float | int | None]:
    known = [equal for one in said if (equal := getattr(one, name).equal) is not None]
    n, right = len(known), sum(known)
    low = lower_bound(n, n - right, 0.975) if n else None
    high = 1 - lower_bound(n, right, 0.975) if n else None
    return {"judged": n, "agreed": right, "share": right / n if n else None, "low": low, "high": high}


def _by_category(said: Sequence[Agreement]) -> dict[str, list[Agreement]]:
    piles: dict[str, list[Agreement]] = {}
    for one in said:
        if one.category.equal is not None:
            piles.setdefault(one.category.ours, []).append(one)
    return dict(sorted(piles.items(), key=lambda item: (-len(item[1]), item[0])))


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _plain(one: Kept) -> dict[str, object]:
    said = one.said
    return {
        "ticket": one.ticket_id,
        "url": one.url,
        "decision": said.decision,
        "mode": str(said.mode),
        "confidence": round(said.confidence, 4),
        "weight": said.weight,
        **{name: vars(getattr(said, name)) for name in ASPECTS if getattr(said, name).equal is False},
        "reply": str(said.lesson) if said.lesson else None,
        "likeness": said.likeness,
    }


def sheet(kept: Sequence[Kept], about: str, now: datetime) -> Sheet:
    """The report, drawn by ``sheets``."""
    said = [one.said for one in kept]
    watched = sum(one.mode is Mode.SHADOW for one in said)
    bars = [_bar(name, _share(pile, "category")) for name, pile in _by_category(said).items()]
    return Sheet(
        title="What people did beside Deskhand",
        about=f"{about}: {len(kept)} tickets on which people acted, {watched} of them in shadow",
        made_at=now,
        cards=[*(_card(f"Same {name}", _share(said, name)) for name in ASPECTS), _answers(said)],
        charts=[
            Chart(
                "Agreement on the category",
                bars,
                "The line is the exact 95 % interval. Only tickets count that Deskhand had not filed itself.",
            )
        ],
        grids=[
            Grid(
                "Disagreements, worst first",
                ("ticket", "sure", "category", "team", "priority", "the answer"),
                [_row(one) for one in worst(kept)],
                "By what would have gone wrong, the surer Deskhand was the worse: ours → theirs.",
                "People did everywhere what Deskhand would have done." if kept else "Nobody has acted on a ticket yet.",
            )
        ],
    )


def _card(title: str, share: dict[str, float | int | None]) -> Card:
    seen, low = share["share"], share["low"]
    if seen is None or low is None:
        return Card(title, "unknown", "nobody has said yet")
    note = f"{share['agreed']} of {share['judged']}, at least {low:.1%}"
    return Card(title, f"{seen:.1%}", note, GOOD if low >= ENOUGH else PLAIN_OR_BAD[seen < 0.5])


PLAIN_OR_BAD = {False: "", True: BAD}


def _answers(said: Sequence[Agreement]) -> Card:
    judged = [one for one in said if one.lesson is not None]
    stood = sum(one.lesson is not None and one.lesson.right for one in judged)
    if not judged:
        return Card("Drafts let stand", "unknown", "nobody has answered yet")
    alike = _mean([one.likeness for one in judged if one.likeness is not None]) or 0.0
    return Card("Drafts let stand", f"{stood / len(judged):.1%}", f"{stood} of {len(judged)}; words alike {alike:.0%}")


def _bar(name: str, share: dict[str, float | int | None]) -> Bar:
    seen, shown = share["share"] or 0.0, f"{share['agreed']} of {share['judged']}"
    return Bar(name, shown, seen, low=share["low"], high=share["high"])


def _row(one: Kept) -> list[Cell]:
    said = one.said
    off = [getattr(said, name) for name in ASPECTS]
    words = [f"{both.ours} → {both.theirs}" if both.equal is False else "" for both in off]
    answer = "" if said.lesson is None or said.lesson.right else str(said.lesson)
    sure = Cell(f"{said.confidence:.0%}", figure=True)
    return [Cell(one.url.rpartition("/")[2] or one.ticket_id[:8], one.url), sure, *map(Cell, words), Cell(answer)]
