"""``deskhand decisions``, ``undo`` and ``recall`` over a log that is in the database: first shown, then done in somebody's name."""

from datetime import UTC, datetime

import pytest

from app.db import accounts, connections, effects, errands, ids, inbox, judgements, tickets
from app.db.connections import Installed
from app.db.effects import Planned
from app.db.judgements import Judged
from app.engine.types import Before, Decision, EvidenceRecord, Mode, Reason
from app.services import Services
from connectors.types import Event, EventKind, Receipt, Ref, Reply, Tag
from tests.builders import a_classification, a_draft, a_record

NOW = datetime.now(UTC)
TAG = "deskhand_order-status"


@pytest.fixture
def log(deskhand, account, prepared):
    """An account with two decisions of today: a tag each, and an automatic answer in the second."""
    services = Services(prepared)
    with services.database.session() as session:
        found = accounts.named(session, account)
        connections.add(session, Installed("c1", found.id, "zendesk", "https://z.example", {}, "sealed"), NOW)
        for n, permission in enumerate((None, a_record())):
            save(session, str(n), permission)

    def asked():
        with services.database.reading() as session:
            return errands.of_account(session, found.id)

    return asked


def save(session, ref: str, permission: EvidenceRecord | None) -> None:
    inbox.accept(session, "c1", [Event(f"e{ref}", EventKind.CREATED, Ref(ref), NOW)], NOW)
    name = ids.ticket("c1", ref)
    assert tickets.take(session, name, "test", NOW, NOW)
    replies = (Reply("Open Your orders."),) if permission else ()
    decision = Decision(
        id=f"d{ref}",
        ref=Ref(ref),
        revision="r1",
        question="m1",
        mode=Mode.DEFLECT if permission else Mode.ASSIST,
        requested=Mode.DEFLECT,
        reasons=(Reason("capped", "A person answers."),),
        changes=(Tag(("deskhand", TAG)), *replies),
        permission=permission,
        at=NOW,
        digest="abc",
        before=Before(frozenset({"deskhand"})),
    )
    account = connections.account_of(session, "c1")
    judgements.save(session, account, Judged(name, a_classification(), a_draft(), decision), NOW)
    effects.plan(session, name, [Planned(decision.id, "c1", Ref(ref), decision.changes, decision.id)], NOW)
    (planned,) = effects.of_ticket(session, name)
    effects.sent(session, planned, Receipt(decision.id, NOW, ("77",)))


def test_the_log_is_searched(deskhand, log):
    found = deskhand("decisions", "--account", "acme", "--tag", TAG, "--json").json["decisions"]
    assert [one["ticket"] for one in found] == ["1", "0"]
    assert "capped" in deskhand("decisions", "--account", "acme", "--category", "order-status", "--time", "today").out
    assert deskhand("decisions", "--account", "acme", "--ticket", "7", "--json").json["decisions"] == []


def test_one_decision_with_all_that_is_known_of_it(deskhand, log):
    (one,) = deskhand("decisions", "--account", "acme", "--id", "d1").json["decisions"]
    assert one["inputs"] == {"revision": "r1", "question": "m1", "digest": "abc"}
    assert one["versions"]["knowledge"][0]["url"] == "https://help.example/track"
    assert one["effects"][0]["receipt"]["refs"] == ["77"]
    assert one["inverse"] == [{"is": "Untag", "names": [TAG]}]
    assert "rejected" in one


def test_undo_is_shown_first_and_done_once_in_somebodys_name(deskhand, log):
    arguments = ("undo", "--account", "acme", "--tag", TAG, "--time", "today", "--by", "Kim")
    assert "nothing was changed" in deskhand(*arguments).out
    assert log() == []
    done = deskhand(*arguments, "--do", "--json").json
    assert (done["asked"], len(done["undone"]), done["dry_run"]) == (2, 2, False)
    assert {(one.kind, one.by, one.state) for one in log()} == {("undo", "Kim", "waiting")}
    assert deskhand(*arguments, "--do", "--json").json["asked"] == 0


def test_undo_says_who(deskhand, log):
    ran = deskhand("undo", "--account", "acme", "--tag", TAG)
    assert (ran.code, "--by" in ran.err) == (2, True)


def test_recall_names_who_was_told(deskhand, log):
    today = f"{NOW:%Y-%m-%d}"
    arguments = (
        "recall",
        "--account",
        "acme",
        "--source",
        "https://help.example/track",
        "--since",
        today,
        "--by",
        "Kim",
    )
    ran = deskhand(*arguments, "--json")
    (one,) = ran.json["told"]
    assert (one["ticket"], one["how"], one["said"]) == ("1", "by itself", "Open Your orders.")
    assert log() == []
    assert "1 tickets get a note" in deskhand(*arguments, "--why", "The page was wrong.", "--do").out
    (asked,) = log()
    assert (asked.kind, asked.body["why"]) == ("recall", "The page was wrong.")
    assert "nothing was written" in deskhand(*arguments[:3], "--source", "other", *arguments[5:]).out


@pytest.mark.parametrize("when", ["soon", "2026-02-31"])
def test_a_time_that_is_none_is_named(deskhand, log, when):
    ran = deskhand("decisions", "--account", "acme", "--time", when)
    assert (ran.code, "last-30-days" in ran.err) == (2, True)
