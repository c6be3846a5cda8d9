"""The sidebar: what it shows, what it keeps, what each press becomes, and that nothing in it runs."""

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from app.db import errands, judgements, lessons
from app.db.models.event import EventRow
from app.engine.lessons import Lesson
from app.engine.types import Mode
from app.web.pages.words import every, tongue
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.kept import EFFECT, TAGGED, Kept, decided, keep
from tests.web.pages.signing import Browser, SignsIn
from tests.web.vendors import VENDORS

HOSTILE = "\"'></textarea><script>alert(1)</script><img src=x onerror=alert(1)>"


class Running(HTMLParser):
    """Collects whatever a browser would run, or load from elsewhere, as a parser sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        source = own.get("src") or own.get("href") or ""
        runs = [name for name in own if name.startswith("on")]
        if runs or (tag in ("script", "img") and not source.startswith("/app/")) or source.startswith("javascript:"):
            self.found.append(f"{tag} {own}")


@pytest.fixture
def kept(receiver: Receiver) -> Kept:
    judged = decided(Customer="Ana Silva, VIP", **{"Wrote before": "[returns](https://desk.example/7)"})
    return keep(receiver, receiver.connect(VENDORS[0]), judged, TAGGED, offer=True)


@pytest.fixture
def agent(signed_in: SignsIn) -> Browser:
    return signed_in(Level.AGENT)


def clicks(receiver: Receiver) -> list[tuple[str, str, str]]:
    with receiver.services.database.reading() as session:
        rows = session.scalars(select(EventRow).order_by(EventRow.id))
        return [(row.click["action"], row.click["value"], row.click["person"]["id"]) for row in rows if row.click]


def test_the_card_is_there_on_opening(agent: Browser, kept: Kept) -> None:
    text = unescape(agent.get(f"/app/sidebar/{kept.ticket}").text)
    assert "A draft is ready" in text
    assert 'Sure · <span class="number">97 %' in text
    assert "Open Your orders: https://shop.example/orders." in text
    assert 'href="https://help.example/track"' in text
    assert "Ana Silva, VIP" in text and '<a href="https://desk.example/7"' in text
    assert "Tagged deskhand_order-status" in text
    assert "Open a return" in text and "order 1234" in text


def test_a_host_asks_by_its_own_name_for_the_ticket(agent: Browser, kept: Kept) -> None:
    part = agent.get(f"/app/beside/{kept.connection}?ref={kept.ref}").text
    assert "A draft is ready" in part and "<html" not in part
    assert "Not read yet" in agent.get(f"/app/beside/{kept.connection}?ref=999").text
    assert agent.get(f"/app/beside/{kept.connection}").status_code == 400


def test_what_is_not_read_yet_can_be_asked_for(receiver: Receiver, agent: Browser, kept: Kept) -> None:
    for _ in range(2):
        assert "It is being read" in agent.post(f"/app/beside/{kept.connection}?ref=999").text
    assert len(receiver.bells.rung) <= 2
    with receiver.services.database.reading() as session:
        assert {row.ref for row in session.scalars(select(EventRow))} == {"999"}


@pytest.mark.parametrize("action", ["share", "escalate", "resume"])
def test_a_press_becomes_one_event_in_the_agents_name(
    receiver: Receiver, agent: Browser, kept: Kept, action: str
) -> None:
    for said in ("Noted", "pressed before"):
        answer = agent.post(f"/app/sidebar/{kept.ticket}/press", {"action": action, "value": kept.decision})
        assert said in answer.text
    assert clicks(receiver) == [(action, "d1", "u1")]
    assert receiver.bells.rung == [kept.ticket]


def test_a_proposal_is_answered_once_here_or_by_its_link(receiver: Receiver, agent: Browser, kept: Kept) -> None:
    agent.post(f"/app/sidebar/{kept.ticket}/press", {"action": "approve", "value": EFFECT})
    agent.post(f"/app/sidebar/{kept.ticket}/press", {"action": "reject", "value": EFFECT})
    assert clicks(receiver) == [("approve", EFFECT, "u1")]
    with receiver.services.database.reading() as session:
        [delivery] = session.scalars(select(EventRow.delivery))
    assert delivery == f"deskhand:approval:{EFFECT}", "the link in the note is the same press"


@pytest.mark.parametrize(("action", "value"), [("merge", "d1"), ("", "d1"), ("share", ""), ("share", "x" * 201)])
def test_what_no_card_offers_is_refused(
    receiver: Receiver, agent: Browser, kept: Kept, action: str, value: str
) -> None:
    assert agent.post(f"/app/sidebar/{kept.ticket}/press", {"action": action, "value": value}).status_code == 400
    assert clicks(receiver) == []


def test_what_was_done_is_taken_back_once(receiver: Receiver, agent: Browser, kept: Kept) -> None:
    assert "Take it back" in agent.get(f"/app/sidebar/{kept.ticket}").text
    answers = [agent.post(f"/app/sidebar/{kept.ticket}/undo", {"value": "d1"}).text for _ in range(2)]
    assert "Noted" in answers[0] and "pressed before" in answers[1]
    assert "Tagged" not in answers[0], "it is not shown as done any more"
    with receiver.services.database.reading() as session:
        [errand] = errands.of_account(session, receiver.account)
        [delivery] = session.scalars(select(EventRow.delivery))
    assert (errand.kind, errand.decision_id, errand.by, errand.state) == ("undo", "d1", "u1", "waiting")
    assert delivery == f"{errands.ASKED}{errand.id}"
    assert agent.post(f"/app/sidebar/{kept.ticket}/undo", {"value": "another"}).status_code == 400


@pytest.mark.parametrize("kind", ["inserted", "edited", "dismissed"])
def test_what_an_agent_does_with_the_draft_is_kept_once(
    receiver: Receiver, agent: Browser, kept: Kept, kind: str
) -> None:
    for _ in range(2):
        assert agent.post(f"/app/sidebar/{kept.ticket}/use", {"kind": kind, "value": "d1"}).status_code == 200
    with receiver.services.database.reading() as session:
        [said] = judgements.about(session, kept.ticket, "d1")
    assert (said.kind, said.by, said.reason) == (kind, "u1", "")
    assert clicks(receiver) == [], "it changes nothing in the host"


def test_a_draft_that_is_called_wrong_teaches_that(receiver: Receiver, agent: Browser, kept: Kept) -> None:
    answer = agent.post(f"/app/sidebar/{kept.ticket}/use", {"kind": "wrong", "reason": "fact", "value": "d1"})
    assert "Marked as wrong" in answer.text and "a fact is not right" in answer.text
    with receiver.services.database.reading() as session:
        learned = lessons.latest(session, receiver.account, "order-status", "reply")
    assert learned and (learned.lesson, learned.by, learned.digest) == (Lesson.FACT, "u1", "dig")


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "wrong", "reason": "because", "value": "d1"},
        {"kind": "loved", "value": "d1"},
        {"kind": "inserted", "value": "another"},
    ],
)
def test_what_makes_no_sense_is_not_kept(receiver: Receiver, agent: Browser, kept: Kept, data: dict[str, str]) -> None:
    assert agent.post(f"/app/sidebar/{kept.ticket}/use", data).status_code == 400
    with receiver.services.database.reading() as session:
        assert judgements.about(session, kept.ticket, "d1") == []


def test_nothing_that_customers_wrote_runs(receiver: Receiver, agent: Browser) -> None:
    judged = decided(text=HOSTILE, **{HOSTILE: HOSTILE, "Link": f'[{HOSTILE}](https://x.example/"onclick)'})
    kept = keep(receiver, receiver.connect(VENDORS[0]), judged)
    text = agent.get(f"/app/sidebar/{kept.ticket}").text
    reader = Running()
    reader.feed(text)
    assert reader.found == []


def test_a_category_that_is_only_watched_shows_no_draft(receiver: Receiver, agent: Browser) -> None:
    kept = keep(receiver, receiver.connect(VENDORS[0]), decided(Mode.SHADOW, "The secret draft."))
    text = agent.get(f"/app/sidebar/{kept.ticket}").text
    assert "Only watching" in text and "secret" not in text and "97 %" not in text


def test_a_ticket_that_a_person_has_can_be_handed_back_again(receiver: Receiver, agent: Browser) -> None:
    kept = keep(receiver, receiver.connect(VENDORS[0]), decided(), quiet=True)
    assert "Hand back to Deskhand" in agent.get(f"/app/sidebar/{kept.ticket}").text
    for minute in (0, 1):
        with receiver.services.database.session() as session:
            session.connection().exec_driver_sql(f"update ticket set quiet_since = '2026-03-02 12:0{minute}:00.000000'")
        agent.post(f"/app/sidebar/{kept.ticket}/press", {"action": "resume", "value": "d1"})
    assert len(clicks(receiver)) == 2


def test_it_works_without_scripts_too(agent: Browser, kept: Kept) -> None:
    whole = agent.post(f"/app/sidebar/{kept.ticket}/press", {"action": "escalate", "value": "d1"}).text
    part = agent.post(
        f"/app/sidebar/{kept.ticket}/press", {"action": "escalate", "value": "d1"}, headers={"HX-Request": "true"}
    ).text
    assert "<html" in whole and "<html" not in part


def test_agents_read_it_in_their_language(agent: Browser, kept: Kept) -> None:
    german = agent.get(f"/app/sidebar/{kept.ticket}", headers={"Accept-Language": "de-AT,en;q=0.5"}).text
    assert "Ein Entwurf liegt bereit" in german and '<html lang="de">' in german


@pytest.mark.parametrize(("wanted", "language"), [("pt", "pt-BR"), ("pt_PT", "pt-BR"), ("xx", "en"), ("fr-CA", "fr")])
def test_the_nearest_language_is_taken(wanted: str, language: str) -> None:
    assert tongue([wanted]) == language


def test_every_language_has_every_line_with_its_places() -> None:
    english = every()["en"]
    places = {name: sorted(re.findall(r"{\w+}", line)) for name, line in english.items()}
    assert set(every()) == {"en", "de", "es", "fr", "ja", "pt-BR"}
    for language, lines in every().items():
        assert {name: sorted(re.findall(r"{\w+}", str(line))) for name, line in lines.items()} == places, language
        same = [name for name, line in lines.items() if line == english[name]]
        assert language == "en" or len(same) <= 4, (language, json.dumps(same))
