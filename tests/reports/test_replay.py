from dataclasses import replace
from datetime import datetime, timedelta

from app.engine.classify import KeywordClassifier
from app.engine.lessons import Lesson
from app.engine.replaying import PastTicket, Tally, learned
from app.engine.types import Passage
from app.reports.page import Shown, money, page
from app.reports.replay import Past, Replay, Then
from connectors.types import Message, Person, Ref, Role
from tests.builders import NOON, a_ticket
from tests.engine.desk import SETTLED

CUSTOMER, AGENT = Person("c", Role.CUSTOMER), Person("a", Role.AGENT, external=False)
ARTICLE = Passage(
    "orders", "Where is my order?", "https://shop.example/orders", "Your order arrives within 3 days.", 0.9, version="v"
)


class Shelf:
    """Knowledge as of one moment: the article that was written on ``since``."""

    def __init__(self, at: datetime, since: datetime) -> None:
        self.version = f"k{at >= since}"
        self._known = [ARTICLE] if at >= since else []

    def search(self, query, *, locale="", limit=5):
        return self._known[:limit]


def past(name, text, category, at=NOON):
    said = (
        Message("1", CUSTOMER, text, at, public=True),
        Message("2", AGENT, "It is on its way.", at + timedelta(hours=1), public=True),
    )
    return PastTicket(a_ticket(ref=Ref(name), subject="", messages=said, created_at=at, tags=frozenset()), category)


def replay(tickets, since):
    made = []

    def shelf(at):
        made.append(at)
        return Shelf(at, since)

    run, tally = Replay(SETTLED, KeywordClassifier(SETTLED), Past(Then([since], shelf))), Tally()
    return tally, list(run.played(tickets, tally)), made


def test_no_answer_comes_from_a_page_that_was_written_later():
    written = NOON + timedelta(days=1)
    question = "Where is my order? tracking of my order please, order tracking"
    tickets = [
        past("early", question, "order-status"),
        past("late", question, "order-status", written + timedelta(hours=1)),
    ]
    _, (early, late), _ = replay(tickets, written)
    assert early.draft == ""
    assert "3 days" in late.draft
    assert (early.sendable, late.sendable) == (False, True)
    assert late.answer == "It is on its way."


def test_tickets_between_which_nothing_changed_share_one_view():
    _, played, made = replay(
        [past(str(n), "where is my order", "order-status") for n in range(9)], NOON - timedelta(days=1)
    )
    assert (len(played), len(made)) == (9, 1)


def test_nothing_asked_is_counted_and_not_judged():
    silent = PastTicket(a_ticket(messages=(Message("1", AGENT, "hello", NOON, public=True),)), "order-status")
    tally, played, _ = replay([silent], NOON)
    assert (played, tally.unasked, tally.tickets) == ([], 1, 0)


def begun(name, text):
    """A ticket in which the team wrote first, the customer asked, and the team answered."""
    old = past(name, text, "order-status")
    asked, answer = old.ticket.messages
    first = replace(answer, id="0", text="We have shipped it.", at=NOON - timedelta(hours=1))
    return replace(old, ticket=replace(old.ticket, messages=(first, asked, answer)))


def test_what_is_asked_after_the_team_wrote_first_is_judged_and_never_sent():
    old = begun("7", "Where is my order? tracking of my order please, order tracking")
    tally, (one,), _ = replay([old], NOON - timedelta(days=1))
    assert (one.category, one.sure, one.answer) == ("order-status", True, "It is on its way.")
    assert (one.sendable, "human_here" in one.reasons) == (False, True)
    assert (tally.unasked, tally.total.coverage) == (0, 1.0)
    assert learned(one, "shop", one.knowledge, NOON + timedelta(days=30)) is None


def test_a_page_without_tickets_says_that_nothing_is_known():
    html = page(Tally(), Shown(str), SETTLED, {"engine": "e", "skipped": 0, "doubled": 0}, NOON)
    assert html.count("<b>\u2013</b>") == 2


def test_the_report_escapes_what_customers_wrote_and_masks_it():
    hostile = past("7", "order tracking order <script>alert(1)</script> secret", "returns")
    tally, played, _ = replay([hostile], NOON)
    shown = Shown(lambda text: text.replace("secret", "[masked]"))
    assert len(list(shown.watch(played))) == 1
    html = page(tally, shown, SETTLED, {"engine": "e", "skipped": 0, "doubled": 0}, NOON)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "secret" not in html
    assert "[masked]" in html
    assert 'http-equiv="Content-Security-Policy"' in html


def test_only_the_surest_mistakes_are_kept():
    tally, _, _ = replay([], NOON)
    shown = Shown(str)
    (one,) = replay([past("7", "order tracking order tracking where is", "returns")], NOON)[1]
    assert one.wrong
    list(shown.watch([one] * 300))
    assert (len(shown.worst), shown.seen) == (100, 300)
    assert tally.tickets == 0


def test_sums_are_added_by_currency():
    assert money(["12.50 EUR", "7.50 EUR", "3 USD", "many EUR"]) == "20.00 EUR, 3.00 USD"
    assert money([]) == ""


def taught(tickets, since, knowledge="kTrue"):
    return [learned(one, "shop", knowledge, NOON + timedelta(days=30)) for one in replay(tickets, since)[1]]


def answered_with(text, **changes):
    old = past("7", "order tracking order where is my order", **({"category": "order-status"} | changes))
    messages = (old.ticket.messages[0], replace(old.ticket.messages[1], text=text))
    return replace(old, ticket=replace(old.ticket, messages=messages))


def test_what_a_person_answered_teaches_about_the_draft():
    yesterday = NOON - timedelta(days=1)
    draft = replay([answered_with("x")], yesterday)[1][0].draft
    (kept,) = taught([answered_with(draft)], yesterday)
    assert (kept.lesson, kept.by, kept.category, kept.action) == (Lesson.KEPT, "a", "order-status", "reply")
    (wrong,) = taught([answered_with("Please send us a photo.")], yesterday)
    assert wrong.lesson is Lesson.WRONG


def test_what_was_answered_in_the_future_by_a_clock_that_was_wrong_teaches_nothing():
    (one,) = replay([answered_with("Your order arrives within 3 days.")], NOON - timedelta(days=1))[1]
    assert learned(one, "shop", one.knowledge, NOON + timedelta(hours=1)) is not None
    assert learned(one, "shop", one.knowledge, NOON + timedelta(minutes=59)) is None


def test_a_good_answer_to_the_wrong_question_is_wrong():
    yesterday = NOON - timedelta(days=1)
    draft = replay([answered_with("x")], yesterday)[1][0].draft
    (one,) = taught([answered_with(draft, category="returns")], yesterday)
    assert one.lesson is Lesson.WRONG


def test_nothing_is_learned_from_other_knowledge_than_todays_or_without_a_label():
    yesterday = NOON - timedelta(days=1)
    assert taught([answered_with("x")], yesterday, knowledge="newer") == [None]
    assert taught([answered_with("x", category="")], yesterday) == [None]
    assert taught([answered_with("x")], NOON + timedelta(days=9)) == [None]
