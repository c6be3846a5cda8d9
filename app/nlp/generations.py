"""Which model an account's tickets are read with: trained anew when enough was taught, put in force only when better, taken back on demand.

The model's files are written first, under a name made from all that went in; then one transaction says that it counts. Whatever is
killed in between leaves files that nobody reads and the old model in force.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.db import examples, lessons
from app.db.database import Database
from app.db.examples import IN_FORCE, KEPT, ROLLED_BACK, TRAINED, Generation
from app.engine.training import LEAST_NEW, Paired
from app.nlp.model import Model
from app.nlp.retraining import Challenge, School, challenge
from app.nlp.store import ModelStore


class NothingToUndo(Exception):
    """No training is in force: there is only what the account itself gave."""


@dataclass(frozen=True)
class Order:
    """Whose model is trained, because of whom, and from how many new examples on it is worth it."""

    account: str
    by: str
    least: int = LEAST_NEW


def _nothing(_model: Model) -> str:
    return ""


def retrain(
    database: Database, order: Order, school: School, store: ModelStore, held: Callable[[Model], str] = _nothing
) -> Generation | None:
    """Train and examine; None while too little is new. The generation says whether the new model counts from now on.

    ``held`` is asked about a model that is better, and says why it is not to count all the same.
    """
    with database.reading() as session:
        past = examples.generations(session, order.account)
        new = fresh(session, order.account)
        taught = examples.every(session, order.account) if new >= order.least else []
        learnt_before = examples.in_force(session, order.account)
        team = lessons.people(session, order.account)
        begun = database.now(session)
    if new < order.least:
        return None
    found = challenge(school, taught, team)
    why = held(found.model) if found.verdict.replaces else ""
    replaces = found.verdict.replaces and not why
    if replaces:
        store.save(found.model, school.categories)
    number = past[0].number + 1 if past else 1
    before = learnt_before.examples if learnt_before else ()
    ended = Generation(
        number=number,
        kind=TRAINED if replaces else KEPT,
        model=found.model.version if replaces else school.current.version,
        examples=found.learnt if replaces else before,
        report=_report(found, new) | {"of": number, "seen": len(taught)} | ({"why": why} if why else {}),
        by=order.by,
        at=begun,
    )
    with database.session() as session:
        examples.keep(session, order.account, ended)
    return ended


def roll_back(database: Database, account_id: str, by: str) -> Generation:
    """Back to the model before the one in force. Raises NothingToUndo."""
    with database.session() as session:
        past = examples.generations(session, account_id)
        current = next((one for one in past if one.kind in IN_FORCE), None)
        if current is None or not current.report["of"]:
            raise NothingToUndo
        before = next((one for one in past if one.kind == TRAINED and one.number < current.report["of"]), None)
        ended = Generation(
            number=past[0].number + 1,
            kind=ROLLED_BACK,
            model=before.model if before else "",
            examples=before.examples if before else (),
            report={"of": before.number if before else 0, "instead": current.report["of"]},
            by=by,
            at=database.now(session),
        )
        examples.keep(session, account_id, ended)
    return ended


def fresh(session: Session, account_id: str) -> int:
    """How many examples the last training did not have before it, whatever became of it."""
    past = examples.generations(session, account_id)
    seen = next((int(one.report["seen"]) for one in past if "seen" in one.report), 0)
    return examples.count(session, account_id) - seen


def _report(found: Challenge, new: int) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "why": verdict.why,
        "new": new,
        "learnt": len(found.learnt),
        "aside": found.aside,
        "held": _paired(verdict.whole),
        "categories": {name: _paired(pair) for name, pair in verdict.categories.items()},
    }


def _paired(pair: Paired) -> Mapping[str, Any]:
    return {**asdict(pair), "chance": round(pair.better, 4)}
