"""The audit page: what was done is found there, in pages and as a file; and whoever looks is in it."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.db import chains, history, trail
from app.db.history import Wanted
from app.db.trail import Entry, What
from app.web.pages import settings_audit
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.signing import SignsIn

PAGE, EXPORT, VERIFY = "/app/audit", "/app/audit/export", "/app/audit/verify"


@pytest.fixture
def done(receiver: Receiver) -> Receiver:
    with receiver.services.database.session() as session:
        entries = [Entry(What.DECIDED, f"=cmd{n}", why="no_source", who="bot", authority="rules") for n in range(3)]
        trail.record_all(session, receiver.account, entries)
    return receiver


def seal(receiver: Receiver) -> None:
    with receiver.services.database.session() as session:
        chains.seal(session, receiver.account, receiver.services.signer, datetime.now(UTC))


def acts(receiver: Receiver, *what: str) -> list[history.Act]:
    with receiver.services.database.reading() as session:
        return history.page(session, Wanted(receiver.account, what=what), 100)


def test_what_was_done_is_shown_and_so_is_who_looked(done: Receiver, signed_in: SignsIn) -> None:
    shown = signed_in(Level.LEAD).get(PAGE).text
    assert "no_source" in shown
    (seen,) = acts(done, "viewed")
    assert (seen.who, seen.subject, seen.authority.partition(":")[0]) == ("u1", "audit", "session")


def test_it_is_searched_and_comes_in_pages(done: Receiver, signed_in: SignsIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_audit, "MOST", 2)
    browser = signed_in(Level.LEAD)
    first = browser.get(f"{PAGE}?what=decided").text
    assert "=cmd2" in first
    assert "=cmd0" not in first
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(older).text
    assert "=cmd0" in second
    assert "Nothing was recorded" in browser.get(f"{PAGE}?who=nobody").text
    assert "Nothing was recorded" in browser.get(f"{PAGE}?ticket=none").text
    assert browser.get(f"{PAGE}?since=x&until=y&after=z~z&what=none").status_code == 200


def test_a_file_is_all_of_it_and_runs_nowhere(done: Receiver, signed_in: SignsIn) -> None:
    browser = signed_in(Level.LEAD)
    lines = browser.post(EXPORT, {"form": "jsonl", "what": "decided"}).text.splitlines()
    assert [json.loads(line)["subject"] for line in lines] == ["=cmd0", "=cmd1", "=cmd2"]
    answer = browser.post(EXPORT, {"form": "csv", "what": "decided"})
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [row["subject"] for row in csv.DictReader(io.StringIO(answer.text))] == ["'=cmd0", "'=cmd1", "'=cmd2"]
    assert browser.post(EXPORT, {"form": "exe"}).status_code == 400
    assert len(acts(done, "exported")) == 2


def test_the_chain_is_looked_through_and_what_is_wrong_is_said(done: Receiver, signed_in: SignsIn) -> None:
    browser = signed_in(Level.LEAD)
    seal(done)
    assert "all are as they were sealed" in browser.post(VERIFY).text
    with done.services.database.session() as session:
        session.execute(text("update trail set why = 'x' where sequence = 1"))
    wrong = browser.post(VERIFY).text
    assert "row 1 is not the one that was sealed there" in wrong
    assert "all are as they were sealed" not in wrong


@pytest.mark.parametrize("level", [Level.VIEWER, Level.AGENT])
def test_it_is_leads_and_admins_alone(done: Receiver, signed_in: SignsIn, level: Level) -> None:
    browser = signed_in(level)
    assert browser.get(PAGE).status_code == 403
    assert browser.post(EXPORT, {"form": "csv"}).status_code == 403
    assert "viewed" not in {act.what for act in acts(done)}


def test_another_accounts_acts_are_not_in_it(done: Receiver, signed_in: SignsIn, foreign) -> None:
    assert "no_source" not in signed_in(Level.LEAD, account=foreign.account).get(PAGE).text


def test_what_is_asked_for_on_a_page_is_recorded_by_itself_or_by_its_door(done: Receiver, signed_in: SignsIn) -> None:
    signed_in(Level.LEAD).post("/app/switch", {"stopped": "yes"})
    assert [act.who for act in acts(done, "stopped", "started", "asked")] == ["u1"]
    with done.services.database.reading() as session:
        assert chains.lag(session, done.account)[0] > 0
