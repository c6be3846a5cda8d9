"""``deskhand simulate``: what would be decided, and every reason. Writes nothing, here or at a vendor.

A language model that the account has is asked as in earnest, and what that took is kept with its budgets.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from app.cli import opening
from app.db import accounts, connections, evidence, ids, tickets
from app.db.codec import encode
from app.db.connections import Installed
from app.db.tickets import Remembered
from app.engine.pipeline import Judgement, decide
from app.engine.standing import Standing
from app.errors import BadInput
from app.services import Services
from app.standing import Place, place, standing_of
from connectors.types import Message, Person, Ref, Role, Status, Ticket


@click.command()
@click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--text", help="What a customer might write.")
@click.option("--subject", default="", help="The subject that goes with it.")
@click.option("--ticket", "ref", help="A ticket of the account's helpdesk, by its id there; it is read, never written.")
@click.option("--connection", "connection_id", help="Which connection the ticket is at, when there are several.")
@opening.as_json
def simulate(
    account_name: str, text: str | None, subject: str, ref: str | None, connection_id: str | None, as_json: bool
) -> None:
    """Show the decision and every reason for a text or a ticket. Writes nothing."""
    if (text is None) == (ref is None):
        raise BadInput("--text or --ticket", "give one of the two")
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        installed = connections.of_account(session, account.id)
    at = _helpdesk(services, installed, connection_id) if ref else None
    ticket = (
        services.connected.connector(at.id).ticket(Ref(ref))
        if at and ref
        else imagined(subject, text or "", datetime.now(UTC))
    )
    judgement = judge(services, account.id, ticket, at)
    if as_json:
        opening.print_json(plain(judgement))
    else:
        _show(judgement)


def judge(services: Services, account_id: str, ticket: Ticket, at: Installed | None) -> Judgement:
    """What would be decided now: evidence, budgets, the linked helpdesk and the switch that stops everything count as in
    earnest. A ticket that nobody wrote lives nowhere, so it has no record and is never drawn for a person to judge."""
    configuration, classifier = services.configuration(account_id), services.classifier(account_id)
    category = classifier.classify(ticket).category
    where = place(services, at.id) if at else None
    with services.database.reading() as session:
        now = services.database.now(session)
        standing = _standing(services, session, ticket, where, now) if where else Standing(now, account_id, coin=1.0)
        standing = replace(
            standing,
            evidence=evidence.in_force(session, account_id, category),
            key=services.evidence_key,
            stopped=accounts.find(session, account_id).stopped,
        )
    # Under a name of its own: what is only tried out takes nothing from a ticket's budget.
    writer = services.writer(account_id, ids.fresh(), ticket.requester.id)
    return decide(ticket, configuration, classifier, services.knowledge(account_id), standing, writer)


def _standing(services: Services, session: Session, ticket: Ticket, where: Place, now: datetime) -> Standing:
    """As a job would find it for this ticket, with what is remembered of it."""
    at = where.connection.id
    known = tickets.find(session, at, ticket.ref)
    remembered = known or Remembered(ids.ticket(at, ticket.ref.id), at, ticket.ref)
    found = standing_of(services, session, where, remembered, ticket, now)
    return replace(found, human_took_over=found.human_took_over or remembered.quiet_since is not None)


def imagined(subject: str, text: str, now: datetime) -> Ticket:
    """A ticket that nobody wrote."""
    customer = Person("simulated", Role.CUSTOMER)
    message = Message("simulated", customer, text, now, public=True)
    return Ticket(Ref("simulated"), "simulated", subject, Status.NEW, customer, (message,), now, now)


def plain(judgement: Judgement) -> Mapping[str, Any]:
    """The judgement as JSON."""
    judged, drafted, decision = judgement.classification, judgement.draft, judgement.decision
    return {
        "category": judged.category,
        "confidence": judged.confidence,
        "mode": decision.mode.value,
        "requested": decision.requested.value,
        "reasons": [{"code": r.code, "text": r.text} for r in (*judged.reasons, *drafted.reasons, *decision.reasons)],
        "draft": drafted.text,
        "sources": [{"title": p.title, "url": p.url, "score": p.score} for p in drafted.passages],
        "changes": [encode(change) for change in decision.changes],
    }


def _helpdesk(services: Services, installed: list[Installed], connection_id: str | None) -> Installed:
    """The connection to read from: the one that was named, else the only one that holds tickets."""
    installed = [one for one in installed if one.vendor in services.connected.helpdesks]
    named = [one for one in installed if one.id == connection_id]
    if not connection_id:
        named = services.connected.opening(installed) or installed
    if len(named) != 1:
        known = ", ".join(f"{one.id} ({one.vendor})" for one in installed) or "none; see `deskhand connect`"
        raise BadInput("--connection", f"name one of the account's connections: {known}")
    return named[0]


def _show(judgement: Judgement) -> None:
    told = plain(judgement)
    click.echo(f"category   {told['category'] or 'unknown'} ({told['confidence']:.2f})")
    click.echo(f"mode       {told['mode']} (asked for: {told['requested']})")
    for reason in told["reasons"]:
        click.echo(f"because    {reason['text']} [{reason['code']}]")
    for source in told["sources"]:
        click.echo(f"source     {source['title']} {source['url']}")
    for change in told["changes"]:
        click.echo(f"would do   {spoken(change)}")


def spoken(change: Mapping[str, Any]) -> str:
    """A change as a person reads it: what it is, then what is in it; lists by commas, nothing for what is empty."""
    said = [f"{name} {_words(value)}" for name, value in change.items() if name != "is" and value not in (None, "", [])]
    return f"{change['is']}: {'; '.join(said)}" if said else str(change["is"])


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_words(one) for name, one in value.items() if name != "is" and one)
    return ", ".join(_words(one) for one in value) if isinstance(value, list) else str(value)
