"""``deskhand audit hold``: what a court or an auditor wants kept stays, whatever the calendar or anybody's right to erasure says."""

import click
from sqlalchemy.orm import Session

from app.cli import opening
from app.db import accounts, holds
from app.db.holds import Hold, Of
from app.errors import BadInput
from app.services import Services

account = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
reason = click.option("--reason", required=True, help="Why, such as a case's number; it is kept.")


@click.command()
@account
@click.option("--ticket", metavar="ID", help="Everything about one ticket: its id here, or its number in the helpdesk.")
@click.option(
    "--person", metavar="EMAIL", help="Everything about one person; only a keyed hash of the address is kept."
)
@click.option("--everything", is_flag=True, help="All of the account.")
@reason
def hold(account_name: str, ticket: str | None, person: str | None, everything: bool, reason: str) -> None:
    """Place a legal hold: what is under it is not deleted by the calendar, and no erasure takes it."""
    if sum((ticket is not None, person is not None, everything)) != 1:
        raise BadInput("--ticket", "give one of --ticket, --person and --everything")
    services = opening.services()
    with services.database.session() as session:
        owner, now = accounts.named(session, account_name), services.database.now(session)
        of, subject = Of.ACCOUNT, ""
        if ticket is not None:
            of, subject = Of.TICKET, _ticket(session, owner.id, ticket)
        elif person is not None:
            of, subject = Of.PERSON, _person(services, person)
        placed = holds.place(session, owner.id, of, subject, why=reason, at=now)
    click.echo(f"hold {placed.id} on the {of}; to end it: deskhand audit lift --account {account_name} {placed.id}")


@click.command(name="holds")
@account
@click.option("--all", "lifted", is_flag=True, help="Those that were lifted as well.")
@opening.as_json
def listed(account_name: str, lifted: bool, as_json: bool) -> None:
    """List an account's legal holds."""
    services = opening.services()
    with services.database.reading() as session:
        found = holds.of_account(session, accounts.named(session, account_name).id, lifted=lifted)
    if as_json:
        opening.print_json({"holds": [_plain(one) for one in found]})
        return
    rows = [tuple(str(value) for value in _plain(one).values()) for one in found]
    opening.print_table(f"Legal holds of {account_name}", ("id", "on", "subject", "why", "by", "since", "lifted"), rows)


@click.command()
@account
@click.argument("hold_id", metavar="HOLD")
@reason
def lift(account_name: str, hold_id: str, reason: str) -> None:
    """End a legal hold."""
    services = opening.services()
    with services.database.session() as session:
        owner, now = accounts.named(session, account_name), services.database.now(session)
        holds.lift(session, owner.id, hold_id, why=reason, at=now)
    click.echo(f"hold {hold_id} is lifted")


def _ticket(session: Session, account_id: str, given: str) -> str:
    """Our id of the account's ticket. Raises BadInput."""
    found = holds.tickets(session, account_id, given)
    if len(found) != 1:
        raise BadInput("--ticket", "is several tickets: give its id here" if found else "is no ticket of the account")
    return found[0]


def _person(services: Services, address: str) -> str:
    """The name under which everything of that address is kept. Raises BadInput."""
    if "@" not in address:
        raise BadInput("--person", "give a mail address")
    return services.person(address)


def _plain(one: Hold) -> dict[str, str]:
    return {
        "id": one.id,
        "on": str(one.of),
        "subject": one.subject,
        "why": one.why,
        "by": one.by,
        "since": one.at.isoformat(timespec="seconds"),
        "lifted": one.lifted_at.isoformat(timespec="seconds") if one.lifted_at else "",
    }
