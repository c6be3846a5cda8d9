"""Signs of fraud at an account, gathered from its records: more reports than usual, one cause, one merchant, codes that were not right."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import incidents, suspicions
from app.engine import alarms, suspicion
from app.engine.alarms import PATTERN, SURGE, Alarm
from app.engine.configuration.analytics import Fraud
from app.engine.suspicion import Report

BEFORE, DAY = timedelta(days=28), timedelta(days=1)


def fraudulent(session: Session, account_id: str, fraud: Fraud, now: datetime) -> list[Alarm]:
    """Everything that looks like fraud now, of what the account has watched."""
    found: list[Alarm] = []
    if fraud.anomalies:
        found += _surges(session, account_id, fraud, now)
        found += suspicion.step_ups(suspicions.tried(session, account_id, now - BEFORE), now, BEFORE.days)
    if fraud.patterns:
        found += _one_cause(session, account_id, fraud, now)
        found += suspicion.merchants(_reports(session, account_id, fraud, now), now)
    return found


def _surges(session: Session, account_id: str, fraud: Fraud, now: datetime) -> list[Alarm]:
    found = []
    for category in fraud.categories:
        days = [0] * BEFORE.days
        for one in suspicions.opened(session, account_id, [category], now - BEFORE):
            days[max(0, min(int((now - one.at) / DAY), BEFORE.days - 1))] += 1
        alarm = alarms.surge(f"{SURGE}{category}", f"More {category} than usual", days[0], days[1:])
        found += [alarm] if alarm else []
    return found


def _one_cause(session: Session, account_id: str, fraud: Fraud, now: datetime) -> list[Alarm]:
    return [
        Alarm(
            f"{PATTERN}{one.id}",
            f"{one.tickets} tickets of {one.people} people about {one.category} look like one cause",
        )
        for one in incidents.opened(session, account_id, now - DAY)
        if one.category in fraud.categories
    ]


def _reports(session: Session, account_id: str, fraud: Fraud, now: datetime) -> list[Report]:
    """Who reported what within a day, where the bank knows the payment that is meant."""
    told = {one.ticket: one for one in suspicions.opened(session, account_id, fraud.categories, now - DAY)}
    found = []
    for ticket, known in suspicions.outputs(session, list(told)):
        paid, one = known.get("paid"), told[ticket]
        if isinstance(paid, dict) and paid.get("merchant"):
            found.append(Report(one.person or ticket, str(paid["merchant"]), one.at))
    return found
