"""``deskhand gaps``: what people say again and again that no article says, to approve or to reject."""

import click

from app.cli import opening
from app.db import accounts, gaps
from app.db.gaps import APPROVED, OPEN, REJECTED, Gap, NoSuchGap
from app.engine.gaps import Kind
from app.errors import BadInput
from app.kb.gaps import publish


@click.command(name="gaps")
@click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--approve", metavar="ID", help="Take this into the knowledge that answers are made from.")
@click.option("--reject", metavar="ID", help="Never propose this again.")
@click.option("--by", metavar="PERSON", help="Who decides; it is kept.")
@click.option("--all", "everything", is_flag=True, help="Show what was decided as well.")
@opening.as_json
def shown(
    account_name: str, approve: str | None, reject: str | None, by: str | None, everything: bool, as_json: bool
) -> None:
    """Show where the knowledge falls short of what people answer, and rule on it."""
    if approve and reject:
        raise BadInput("--reject", "decide on one proposal at a time")
    services = opening.services()
    with services.database.session() as session:
        account, now = accounts.named(session, account_name), services.database.now(session)
        if chosen := approve or reject:
            if not by:
                raise BadInput("--by", "say who decides")
            try:
                ruled = gaps.rule(session, account.id, chosen, APPROVED if approve else REJECTED, by, now)
            except NoSuchGap as error:
                raise BadInput("--approve" if approve else "--reject", "is no open proposal of the account") from error
            if approve:
                publish(session, account.id, ruled.proposal, now)
        gaps.find(session, account.id, now)
        found = [gap for gap in gaps.every(session, account.id) if everything or gap.state == OPEN]
    if as_json:
        opening.print_json({"gaps": [_plain(gap) for gap in found]})
        return
    opening.print_table(f"Gaps in the knowledge of {account_name}", COLUMNS, [_row(gap) for gap in found])
    if approve:
        click.echo("Answers are made from it from now on. Change the help centre too: its page still says the old.")


COLUMNS = ("id", "what", "category", "article", "people say", "instead of", "tickets", "state")


def _row(gap: Gap) -> tuple[str, ...]:
    one = gap.proposal
    ruled = f"{gap.state} by {gap.by}" if gap.by else gap.state
    article = one.title or ("none" if one.kind is Kind.ARTICLE else one.source)
    return (one.id, str(one.kind), one.category, article, one.proposed, one.was, str(len(one.decisions)), ruled)


def _plain(gap: Gap) -> dict[str, object]:
    one = gap.proposal
    return {
        "id": one.id,
        "kind": str(one.kind),
        "category": one.category,
        "source": one.source,
        "title": one.title,
        "version": one.version,
        "was": one.was,
        "proposed": one.proposed,
        "decisions": list(one.decisions),
        "people": one.people,
        "state": gap.state,
        "by": gap.by,
    }
