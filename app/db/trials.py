"""Experiments as they run: when each began and ended, and which ticket was in which arm."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models.experiment import ExperimentRow
from app.db.models.trial import TrialRow
from app.db.statements import insert
from app.engine.configuration.trials import Experiment
from app.engine.evidence import digest


@dataclass(frozen=True)
class Running:
    """One experiment. ``ended_at`` is None while it goes on."""

    began_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    arm: str = ""
    report: dict[str, Any] | None = None


@dataclass(frozen=True)
class Drawn:
    """A ticket in an arm. ``person`` is a keyed hash."""

    ticket_id: str
    arm: str
    category: str
    person: str


def written(experiment: Experiment) -> str:
    """What makes an experiment this one: all that was written of it."""
    return digest(repr(experiment).replace(repr(experiment.categories), repr(sorted(experiment.categories))))


def find(session: Session, account_id: str, experiment: Experiment) -> Running | None:
    """How it stands, or None where nobody was drawn yet."""
    row = session.get(ExperimentRow, (account_id, experiment.name, written(experiment)))
    return Running(row.began_at, row.ended_at, row.outcome, row.arm, row.report) if row else None


def begin(session: Session, account_id: str, experiment: Experiment, now: datetime) -> Running:
    """How it stands; it begins with whoever is drawn first."""
    values: dict[str, Any] = {"account_id": account_id, "name": experiment.name, "digest": written(experiment)}
    values |= {"began_at": now, "outcome": "", "arm": "", "report": {}}
    session.execute(insert(session, ExperimentRow).values(**values).on_conflict_do_nothing())
    return find(session, account_id, experiment) or Running(now)


def end(session: Session, account_id: str, experiment: Experiment, ended: Running) -> None:
    """Keep that it is over and why; the first end stands."""
    row = session.get(ExperimentRow, (account_id, experiment.name, written(experiment)))
    if row is not None and row.ended_at is None:
        row.ended_at, row.outcome, row.arm, row.report = ended.ended_at, ended.outcome, ended.arm, ended.report or {}
        session.flush()


def draw(session: Session, account_id: str, experiment: Experiment, drawn: Drawn, now: datetime) -> None:
    """Keep which arm a ticket is in; the first one stands."""
    values: dict[str, Any] = {"ticket_id": drawn.ticket_id, "experiment": experiment.name, "account_id": account_id}
    values |= {"arm": drawn.arm, "category": drawn.category, "person": drawn.person, "at": now}
    session.execute(insert(session, TrialRow).values(**values).on_conflict_do_nothing())


def arms(session: Session, account_id: str, experiment: Experiment, since: datetime) -> dict[str, str]:
    """Ticket -> arm, of those drawn since then."""
    chosen = select(TrialRow.ticket_id, TrialRow.arm).where(
        TrialRow.account_id == account_id, TrialRow.experiment == experiment.name, TrialRow.at >= since
    )
    return {row.ticket_id: row.arm for row in session.execute(chosen)}
