"""``deskhand decisions``, ``undo`` and ``recall``: the log of what was decided, taken back or corrected in a person's name."""

import hashlib
from datetime import datetime
from itertools import islice

import click

from app.cli import opening
from app.db import accounts, decisions, errands
from app.db.codec import encode
from app.db.decisions import Asked, Entry
from app.db.errands import Errand
from app.engine.inverses import KINDS, TAGS, Undoing, left, undone
from app.reports import figures
from app.reports.recalls import Case, Source, told
from app.services import Services

MOST = 10_000
"""Decisions that one command undoes."""
SHOWN = 80
ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
TIME = click.option(
    "--time", "when", default="last-7-days", show_default=True, help="yesterday, 2026-10-31, last-7-days..."
)
BY = click.option("--by", required=True, metavar="PERSON", help="In whose name; it is kept and said in the ticket.")
DO = click.option("--do", "earnest", is_flag=True, help="Do it. Without this only what would be done is shown.")


@click.command(name="decisions")
@ACCOUNT
@TIME
@click.option("--ticket", default="", metavar="ID", help="The ticket, by its number in the helpdesk.")
@click.option("--category", default="", help="Only of this category.")
@click.option("--tag", default="", help="Only those that put this tag on.")
@click.option("--reason", default="", metavar="CODE", help="Only with such a reason: no_source, capped, evidence...")
@click.option("--mode", default="", help="Only in this mode.")
@click.option("--id", "decision", default="", metavar="ID", help="One decision, with all that is known of it.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, MOST))
@opening.as_json
def searched(account_name: str, when: str, limit: int, as_json: bool, **looked_for: str) -> None:
    """Search what was decided, and why; with --id everything about one: hashes, versions, rejected alternatives, receipts, inverse."""
    services = opening.services()
    found = list(islice(_found(services, account_name, when, looked_for), limit))
    if as_json or looked_for["decision"]:
        opening.print_json({"decisions": [record(one) for one in found]})
        return
    rows = [
        (
            f"{one.at:%Y-%m-%d %H:%M}",
            one.ref,
            one.judged.classification.category or "-",
            f"{one.judged.decision.mode}",
            ", ".join(reason.code for reason in one.judged.decision.reasons),
            ", ".join(dict.fromkeys(effect.state for effect in one.effects)) or "-",
            one.judged.decision.id,
        )
        for one in found
    ]
    opening.print_table(
        f"Decisions of {account_name}", ("when", "ticket", "category", "mode", "reasons", "written", "id"), rows
    )


def _found(services: Services, name: str, when: str, looked_for: dict[str, str]) -> list[Entry]:
    with services.database.reading() as session:
        account = accounts.named(session, name)
        now = services.database.now(session)
        zone = services.configuration(account.id, session).rules.hours.zone
        span = figures.period("last-3660-days" if looked_for.get("decision") else when, now, zone)
        asked = Asked(account.id, span.since, span.until, **looked_for)
        return list(islice(decisions.found(session, asked), MOST))


def record(entry: Entry) -> dict[str, object]:
    """One decision as it is logged: what it rests on, what it weighed, what it did, what came back and what would undo it."""
    judged, decision = entry.judged, entry.judged.decision
    inverse = (
        undone(decision.changes, decision.before, left(decision.changes, decision.before), Undoing())
        if decision.before
        else ()
    )
    return {
        "id": decision.id,
        "at": entry.at.isoformat(),
        "ticket": entry.ref,
        "connection": entry.connection_id,
        "mode": str(decision.mode),
        "requested": str(decision.requested),
        "category": judged.classification.category,
        "confidence": round(judged.classification.confidence, 4),
        "inputs": {"revision": decision.revision, "question": decision.question, "digest": decision.digest},
        "versions": {
            "classifier": judged.classification.engine,
            "writer": judged.draft.engine,
            "knowledge": [{"source": p.source, "url": p.url, "version": p.version} for p in judged.draft.passages],
        },
        "reasons": [vars(one) for one in (*judged.classification.reasons, *judged.draft.reasons, *decision.reasons)],
        "rejected": [{"category": one.category, "p": round(one.p, 4)} for one in judged.classification.labels[1:]],
        "changes": encode(decision.changes),
        "effects": [
            {"key": one.plan.key, "state": one.state, "attempts": one.attempts, "receipt": encode(one.receipt)}
            for one in entry.effects
        ],
        "inverse": encode(inverse),
    }


@click.command(name="undo")
@ACCOUNT
@TIME
@BY
@click.option("--category", default="", help="Only decisions of this category.")
@click.option("--tag", default="", help="Only this tag is taken away again.")
@click.option("--reason", default="", metavar="CODE", help="Only decisions with such a reason.")
@click.option("--ticket", default="", metavar="ID", help="Only of this ticket.")
@click.option(
    "--what", "kinds", multiple=True, type=click.Choice(KINDS), help="What is taken back; all of it without this."
)
@DO
@opening.as_json
def taken_back(
    account_name: str, when: str, by: str, kinds: tuple[str, ...], earnest: bool, as_json: bool, **looked_for: str
) -> None:
    """Take back what was written into tickets, as far as nobody has changed it since. Shows it first; --do does it, each once."""
    services, tag = opening.services(), looked_for["tag"]
    wanted = Undoing(frozenset(kinds or ((TAGS,) if tag else KINDS)), frozenset({tag} if tag else ()))
    entries = [one for one in _found(services, account_name, when, looked_for) if one.effects]
    rows = [(one, _inverse(one, wanted)) for one in entries]
    rows = [(one, inverse) for one, inverse in rows if inverse]
    asked = _ask_undo(services, account_name, [one for one, _ in rows], wanted, by) if earnest else 0
    if as_json:
        listed = [
            {"decision": one.judged.decision.id, "ticket": one.ref, "inverse": encode(back)} for one, back in rows
        ]
        opening.print_json({"undone": listed, "asked": asked, "dry_run": not earnest})
        return
    table = [
        (f"{one.at:%Y-%m-%d %H:%M}", one.ref, one.judged.classification.category or "-", _words(back))
        for one, back in rows
    ]
    opening.print_table("Taken back" if earnest else "Would be taken back", ("when", "ticket", "category", "by"), table)
    click.echo(
        f"{asked} tickets are seen to now" if earnest else f"{len(rows)} decisions; nothing was changed: add --do"
    )


def _inverse(entry: Entry, wanted: Undoing) -> tuple[object, ...]:
    decision = entry.judged.decision
    if decision.before is None:
        return ()
    return undone(decision.changes, decision.before, left(decision.changes, decision.before), wanted)


def _words(changes: tuple[object, ...]) -> str:
    said = [f"{type(c).__name__} {' '.join(str(v) for v in vars(c).values() if v not in (None, ''))}" for c in changes]
    return "; ".join(said)[:SHOWN]


def _ask_undo(services: Services, name: str, entries: list[Entry], wanted: Undoing, by: str) -> int:
    body, count = encode(wanted), 0
    for entry in entries:
        decision = entry.judged.decision.id
        with services.database.session() as session:
            account, now = accounts.named(session, name), services.database.now(session)
            id = f"u{_hash(decision, str(body))}"
            errand = Errand(id, account.id, entry.judged.ticket_id, decision, errands.UNDO, by, body)
            count += errands.ask(session, errand, now)
    return count


@click.command(name="recall")
@ACCOUNT
@click.option(
    "--source", required=True, metavar="URL", help="The page that was wrong: its address, or its id in the knowledge."
)
@click.option("--passage", default="", metavar="WORDS", help="Only passages with these words.")
@click.option("--since", required=True, metavar="YYYY-MM-DD", help="From which day on.")
@click.option("--why", default="", help="What is wrong with it, for whoever reads the note.")
@BY
@DO
@opening.as_json
def recalled(account_name: str, by: str, earnest: bool, as_json: bool, **said: str) -> None:
    """Show who was told something that a page said; with --do each ticket gets a note with a draft of a correction and is reopened."""
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
        zone = services.configuration(account.id, session).rules.hours.zone
        start = figures.period(said["since"], now, zone).since
        source = Source(said["source"].partition("#")[0].rstrip("/"), said["passage"])
        cases = told(session, account.id, source, start, now, said["why"])
    asked = sum(_ask_recall(services, account.id, one, by, now) for one in cases) if earnest else 0
    if as_json:
        opening.print_json({"told": [_plain(one) for one in cases], "asked": asked, "dry_run": not earnest})
        return
    rows = [
        (
            f"{one.recall.said_at:%Y-%m-%d %H:%M}",
            one.entry.ref,
            one.recall.how,
            _now(one),
            " ".join(one.recall.said.split())[:SHOWN],
        )
        for one in cases
    ]
    opening.print_table(f"Told from {source.name}", ("when", "ticket", "how", "the page now", "what was said"), rows)
    click.echo(f"{asked} tickets get a note" if earnest else f"{len(cases)} customers; nothing was written: add --do")


def _ask_recall(services: Services, account_id: str, one: Case, by: str, now: datetime) -> bool:
    judged = one.entry.judged
    id = f"r{_hash(judged.decision.id, *(part.then + part.now for part in one.recall.told))}"
    errand = Errand(id, account_id, judged.ticket_id, judged.decision.id, errands.RECALL, by, encode(one.recall))
    with services.database.session() as session:
        return errands.ask(session, errand, now)


def _plain(one: Case) -> dict[str, object]:
    return {
        "ticket": one.entry.ref,
        "decision": one.entry.judged.decision.id,
        "at": one.recall.said_at.isoformat(),
        "how": one.recall.how,
        "said": one.recall.said,
        "passages": [{**vars(part), "changed": part.changed} for part in one.recall.told],
    }


def _now(one: Case) -> str:
    states = {"gone" if not part.now else "changed" if part.changed else "the same" for part in one.recall.told}
    return ", ".join(sorted(states))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
