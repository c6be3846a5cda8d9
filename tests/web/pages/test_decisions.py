"""The log in pages, read by the database, and a configuration weighed on a sample of every category."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from app.db import decisions
from app.db.decisions import Asked, Portion
from app.web.pages import settings_configuration, settings_decisions
from connectors.types import Level
from tests.texts import without_ids
from tests.web.conftest import Receiver
from tests.web.pages.settled import CONFIGURATION, decide, publish
from tests.web.pages.signing import Browser, SignsIn

EVER = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop(receiver: Receiver) -> Receiver:
    publish(receiver)
    return receiver


def portion(receiver: Receiver, size: int, most: int, after=None, **asked: str) -> Portion:
    with receiver.services.database.reading() as session:
        until = receiver.services.database.now(session) + timedelta(days=1)
        return decisions.portion(session, Asked(receiver.account, EVER, until, **asked), size, most, after)


def names(found: Portion) -> list[str]:
    return [entry.judged.decision.id for entry in found.entries]


def test_portions_together_are_the_whole_each_once(shop: Receiver) -> None:
    every = [decide(shop, number) for number in range(7)]
    seen, after = [], None
    for _ in range(4):
        found = portion(shop, 2, 100, after)
        seen += names(found)
        after = found.after
    assert after is None
    assert seen == every[::-1]


def test_what_is_rare_is_not_read_to_the_end_for_one_page(shop: Receiver) -> None:
    for number in range(6):
        decide(shop, number)
    found = portion(shop, 50, 4, reason="nothing_like_it")
    assert (found.looked, names(found)) == (4, []) and found.after is not None
    rest = portion(shop, 50, 4, found.after, reason="nothing_like_it")
    assert (rest.looked, rest.after) == (2, None)


@pytest.mark.parametrize(
    ("asked", "number"), [({"category": "billing"}, 1), ({"mode": "resolve"}, 0), ({"mode": "assist"}, 3)]
)
def test_category_and_mode_are_the_databases_part(shop: Receiver, asked: dict[str, str], number: int) -> None:
    for place, category in enumerate(("order-status", "billing", "order-status")):
        decide(shop, place, category)
    found = portion(shop, 50, 100, **asked)
    assert (len(found.entries), found.looked) == (number, number), "what does not fit is not even looked at"


def test_another_accounts_decisions_are_in_no_portion(shop: Receiver, foreign) -> None:
    id = decide(shop, 1)
    with shop.services.database.reading() as session:
        asked = Asked(foreign.account, EVER, datetime.now(UTC) + timedelta(days=1))
        assert list(decisions.found(session, asked)) == []
    for narrowed in ({"ticket": "4701"}, {"ticket": "ticket-1"}, {"decision": id}):
        assert names(portion(shop, 5, 5, **narrowed)) == [id]
        with shop.services.database.reading() as session:
            asked = Asked(foreign.account, EVER, datetime.now(UTC) + timedelta(days=1), **narrowed)
            assert list(decisions.found(session, asked)) == []


def older(browser: Browser, text: str) -> str:
    address = text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    return browser.get(unescape(address)).text


def test_the_page_leads_to_older_ones_with_the_same_search(
    shop: Receiver, signed_in: SignsIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_decisions, "MOST", 2)
    for number in range(3):
        decide(shop, number, "billing")
    decide(shop, 9)
    agent = signed_in(Level.AGENT)
    first = agent.get("/app/decisions", query_string={"category": "billing", "days": "3650"}).text
    assert all(one in first for one in ("4702", "4701"))
    assert not any(one in without_ids(first) for one in ("4700", "4709"))
    second = older(agent, first)
    assert "4700" in second and "4701" not in without_ids(second) and "Newest" in second and 'rel="next"' not in second
    assert agent.get("/app/decisions?after=nonsense~").status_code == 200
    assert agent.get("/app/decisions?after=2026-01-01~x").status_code == 200


def test_how_far_a_search_looked_is_said(shop: Receiver, signed_in: SignsIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_decisions, "LOOKED", 2)
    for number in range(3):
        decide(shop, number)
    text = signed_in(Level.AGENT).get("/app/decisions?reason=none_such").text
    assert "2 decisions were looked through, back to" in text and 'rel="next"' in text


def weighed(browser: Browser, text: str) -> str:
    return browser.post("/app/configuration/replay", {"text": text, "base": "1", "name": "shop.yaml"}).text


def test_each_category_is_weighed_by_its_newest_and_reckoned_up(
    shop: Receiver, signed_in: SignsIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rare category is not drowned by a common one, and what was not looked at is not hidden."""
    monkeypatch.setattr(settings_configuration, "EACH", 2)
    for number in range(4):
        decide(shop, number, "billing", 0.92)
    decide(shop, 9, "order-status", 0.93)
    text = weighed(signed_in(Level.LEAD), CONFIGURATION.replace("0.9", "0.95"))
    assert "Weighed on 3 of 5 decisions" in text and "of each category the newest 2" in text
    assert "About 4 of 5" in " ".join(text.replace("<strong>", "").split())
    assert "2 of 2, of 4" in text


def test_what_cannot_be_weighed_is_named(shop: Receiver, signed_in: SignsIn) -> None:
    lead = signed_in(Level.LEAD)
    assert "There are no decisions yet" in weighed(lead, CONFIGURATION)
    decide(shop, 1)
    text = weighed(lead, CONFIGURATION.replace("[invoice, refund]", "[invoice]"))
    assert "Not weighed here: by which words tickets are recognised as billing" in text


def test_either_database_reads_portions_and_samples(anywhere: Receiver) -> None:
    every = [decide(anywhere, number, ("billing", "order-status")[number % 2]) for number in range(4)]
    assert names(portion(anywhere, 9, 9)) == every[::-1]
    assert names(portion(anywhere, 9, 9, category="billing", ticket="4702")) == [every[2]]
    with anywhere.services.database.reading() as session:
        samples = decisions.sampled(session, anywhere.account, EVER, 1)
    assert [(one.category, one.total, len(one.recognised)) for one in samples] == [
        ("billing", 2, 1),
        ("order-status", 2, 1),
    ]
