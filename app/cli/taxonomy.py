"""``deskhand taxonomy``: what a desk's tickets are about, before anything is automated. Reads one file and keeps nothing."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from app.cli import opening
from app.cli.replay import FILE, lines
from app.engine.replaying import as_asked, named
from app.engine.taxonomy import CLOSE, Advice, Case, Kind, case_of, proposal, rows
from app.errors import BadInput
from app.nlp import topics
from app.nlp.clean import for_meaning
from app.nlp.encoder import Encoder, Vectors
from app.nlp.personal import mask
from app.nlp.tier import tier
from app.reports.exports import Export
from app.settings import sentence_model

MOST = 60
"""Types that are told apart."""
TOP = 20
"""Types that a person is shown."""
READ = 2_000
"""Characters of a message that are read."""
LONGEST = 600
"""Characters of a question that its type is found by."""
EXAMPLES = 3
PORTION = 512
LOOKED_AT = 50_000
"""Questions that are looked at: of more, so many are drawn, each as likely as the other."""
SEED = 1
ANSWERS = 60
"""Answers of a type that are compared with each other."""


@dataclass
class Pile:
    """What is looked at, whatever the file's size, and how many questions it was drawn from.

    ``labels`` are what people filed the tickets under, where the export says so.
    """

    cases: list[Case] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    seen: int = 0

    def add(self, case: Case, label: str, chance: random.Random) -> None:
        """Vitter's algorithm R: after any number of questions, each is in it with the same probability."""
        self.seen += 1
        if len(self.cases) < LOOKED_AT:
            self.cases.append(case)
            self.questions.append(case.question)
            self.labels.append(label)
        elif (place := chance.randrange(self.seen)) < LOOKED_AT:
            self.cases[place], self.questions[place], self.labels[place] = case, case.question, label


@click.command()
@click.option("--export", "file", required=True, type=FILE, help="Old tickets: JSON lines or CSV, ours or a vendor's.")
@click.option(
    "--types", default=MOST, show_default=True, type=click.IntRange(2, 500), help="The most types to tell apart."
)
@click.option("--propose", type=click.Path(dir_okay=False, path_type=Path), help="Write a configuration to begin with.")
@opening.as_json
def taxonomy(file: Path, types: int, propose: Path | None, as_json: bool) -> None:
    """Show the issue types of old tickets: how common, how complex, what they take, and which to automate first."""
    with lines(file) as given:
        export = Export(given)
        pile = _pile(export)
    if not pile.questions:
        why = export.reasons[0] if export.reasons else "no customer asks anything in it"
        raise BadInput("--export", f"no question could be read: {why}")
    runs = tier(*sentence_model())
    kinds, alone = found(pile, runs.encoder, types)
    listed = rows(kinds, len(pile.questions))
    if propose:
        propose.write_text(proposal("support", [kind for kind, _, _ in listed][:TOP]), encoding="utf-8")
    if as_json:
        told = plain(listed, len(pile.questions), alone, export)
        opening.print_json({**told, "totals": {**told["totals"], "asked": pile.seen}})
        return
    _show(listed, len(pile.questions), alone)
    if pile.seen > len(pile.questions):
        click.echo(
            f"{len(pile.questions)} of {pile.seen} questions were drawn at random and looked at; shares are of those."
        )


def found(pile: Pile, encoder: Encoder | None, most: int) -> tuple[list[Kind], int]:
    """The types, and how many questions belong to none. Labels of people count before likeness does.

    Raises BadInput where there is neither a label nor anything on this machine that compares meanings.
    """
    labels = {label: named(label) for label in dict.fromkeys(pile.labels)}
    labelled = sum(map(bool, pile.labels)) * 2 > len(pile.labels)
    if encoder is None and not labelled:
        raise BadInput("--export", "gives no category, and this machine cannot compare meanings: see `deskhand doctor`")
    vectors = _vectors(encoder, pile.questions) if encoder else np.zeros((len(pile.questions), 0), np.float32)
    if labelled:
        counts = Counter(name for label in pile.labels if (name := labels[label]))
        order = sorted(counts, key=lambda name: (-counts[name], name))[:most]
        places = {name: n for n, name in enumerate(order)}
        owners = [places.get(labels[label], -1) for label in pile.labels]
    else:
        owners = topics.groups(vectors, most)
        order = []
    words = topics.names(pile.questions, owners)
    called = order or _apart(named("-".join(words[n])) or f"type-{n + 1}" for n in sorted(words))
    spelt = {name: label for label, name in labels.items() if label.lower().replace(" ", "-") != name}
    kinds = [Kind(called[n], words[n], label=spelt.get(called[n], "")) for n in sorted(words)]
    for case, owner in zip(pile.cases, owners, strict=True):
        if owner >= 0:
            kinds[owner].cases.append(case)
    if encoder:
        _compared(kinds, encoder, vectors, owners)
    return kinds, owners.count(-1)


def _pile(export: Export) -> Pile:
    pile, chance = Pile(), random.Random(SEED)  # noqa: S311  # the same file gives the same types
    for past in export:
        asked = as_asked(past.ticket)
        if asked is None or asked.question is None:
            continue
        question = for_meaning(f"{asked.subject}\n{asked.question.text[:READ]}")[:LONGEST]
        made = case_of(past.ticket, question)
        pile.add(replace(made, answer=made.answer[:READ]), past.category, chance)
    return pile


def _vectors(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    portions = [encoder.encode(list(texts[n : n + PORTION])) for n in range(0, len(texts), PORTION)]
    return np.concatenate(portions)


def _compared(kinds: Sequence[Kind], encoder: Encoder, vectors: Vectors, owners: Sequence[int]) -> None:
    for n, (other, nearness) in topics.nearest(vectors, owners).items():
        kinds[n].near, kinds[n].nearness = kinds[other].name, nearness
    for kind in kinds:
        answers = [for_meaning(case.answer)[:LONGEST] for case in kind.cases if case.answer][:ANSWERS]
        if len(answers) > 1:
            cosines = (made := encoder.encode(answers)) @ made.T
            kind.likeness = float((cosines.sum() - len(answers)) / (len(answers) * (len(answers) - 1)))


def _apart(names: Iterable[str]) -> list[str]:
    """The names, with a number behind each that was given before."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return found


def plain(listed: Sequence[tuple[Kind, float, Advice]], total: int, alone: int, export: Export) -> dict[str, Any]:
    """The types in the line format of the command. Examples are masked."""
    return {
        "categories": {
            kind.name: {
                "n": len(kind.cases),
                "share": round(len(kind.cases) / total, 4),
                "cumulative_share": round(cumulative, 4),
                "complexity": kind.complexity,
                "action": list(kind.actions),
                "reversible": kind.reversible,
                "mode": str(told.mode),
                "mode_allowed": "assist",
                "phase": told.phase,
                "why": told.why,
                "keywords": list(kind.words),
                "answers_alike": round(kind.likeness, 3),
                "overlaps": [kind.near] if kind.nearness >= CLOSE else [],
                "examples": [mask(case.question).text for case in kind.cases[:EXAMPLES]],
            }
            for kind, cumulative, told in listed
        },
        "totals": {
            "tickets": export.read,
            "questions": total,
            "types": len(listed),
            "in_no_type": alone,
            "skipped": export.skipped,
            "doubled": export.doubled,
        },
    }


def _show(listed: Sequence[tuple[Kind, float, Advice]], total: int, alone: int) -> None:
    table = [
        (
            kind.name,
            str(len(kind.cases)),
            f"{len(kind.cases) / total:.1%}",
            f"{cumulative:.1%}",
            kind.complexity,
            ", ".join(kind.actions) or "none",
            f"{told.phase} {told.mode}" if told.phase else "people",
            told.why + (f"; easily taken for {kind.near}" if kind.nearness >= CLOSE else ""),
        )
        for kind, cumulative, told in listed[:TOP]
    ]
    columns = ("type", "tickets", "share", "so far", "complexity", "action", "phase", "because")
    opening.print_table(f"{total} questions, the top {len(table)} of {len(listed)} types", columns, table)
    click.echo(
        f"\n{alone} questions belong to none of the types. Everything starts as assist; phases 2 and 3 have to be proven."
    )
