import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.configuration import load
from app.engine.evidence import lower_bound
from app.engine.replaying import Line, PastTicket, Played, Tally, allowed, answered, as_asked, label, named, summary
from app.engine.types import Mode
from connectors.types import Message, Person, Priority, Role, Status
from tests.engine.desk import NOON, a_ticket, shop

CONFIGURATION = shop()
CUSTOMER, AGENT = Person("c", Role.CUSTOMER), Person("a", Role.AGENT, external=False)


def say(author, text, minutes, public=True):
    return Message(text, author, text, NOON + timedelta(minutes=minutes), public)


def played(label, category, *, sure=True, sendable=False):
    return Played("1", label, category, 0.9, sure, sendable, (), "", "", "")


def test_what_people_did_later_is_taken_off():
    ticket = a_ticket(
        messages=(
            say(CUSTOMER, "hello", 0),
            say(CUSTOMER, "where is it?", 1),
            say(AGENT, "tomorrow", 2),
            say(CUSTOMER, "thanks", 3),
        ),
        status=Status.SOLVED,
        tags=frozenset({"order-status"}),
        assignee="a",
        group="shipping",
        priority=Priority.HIGH,
        fields={"deskhand_category": "order-status"},
    )
    asked = as_asked(ticket)
    assert [m.text for m in asked.messages] == ["hello", "where is it?"]
    assert (asked.status, asked.tags, asked.assignee, asked.group) == (Status.NEW, frozenset(), "", "")
    assert (asked.priority, dict(asked.fields)) == (None, {})
    assert asked.question.text == "where is it?"
    assert answered(ticket).text == "tomorrow"


def test_an_internal_note_of_a_person_ends_what_we_may_know_too():
    asked = as_asked(
        a_ticket(messages=(say(CUSTOMER, "q", 0), say(AGENT, "it is fraud", 1, public=False), say(CUSTOMER, "?", 2)))
    )
    assert [m.text for m in asked.messages] == ["q"]


def test_a_ticket_that_the_team_began_asks_nothing_unless_it_answers_again():
    begun = (say(AGENT, "your bill", 0), say(CUSTOMER, "ok", 1))
    assert as_asked(a_ticket(messages=begun)) is None
    noted = (*begun, say(AGENT, "paid", 2, public=False))
    assert as_asked(a_ticket(messages=noted)) is None


def test_a_question_after_the_team_wrote_first_is_weighed_with_what_it_wrote():
    said = (
        say(AGENT, "your bill", 0),
        say(CUSTOMER, "why is it so high?", 1),
        say(CUSTOMER, "it was less in March", 2),
        say(AGENT, "you called abroad", 3),
        say(CUSTOMER, "and in April?", 4),
        say(AGENT, "also", 5),
    )
    ticket = a_ticket(messages=said)
    asked = as_asked(ticket)
    assert [m.text for m in asked.messages] == ["your bill", "why is it so high?", "it was less in March"]
    assert asked.question.text == "it was less in March"
    assert answered(ticket).text == "you called abroad"


def test_no_share_of_nothing_is_told_as_none():
    told = summary(Tally(), CONFIGURATION)["totals"]
    assert (told["accuracy"], told["coverage"], told["lower_bound"]) == (None, None, 0.0)


@pytest.mark.parametrize(
    ("category", "tags", "group", "expected"),
    [
        ("order-status", (), "", "order-status"),
        ("Order Status", (), "", "order-status"),
        ("something-else", ("order-status",), "", ""),
        ("", ("deskhand_order-status", "vip"), "", "order-status"),
        ("", ("order_status", "returns"), "", ""),
        ("", (), "Cashiers", "payment-issues"),
        ("", (), "nobody", ""),
    ],
)
def test_what_people_filed_it_under(category, tags, group, expected):
    past = PastTicket(a_ticket(tags=frozenset(tags), group=group), category)
    assert label(past, CONFIGURATION) == expected


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Order Status", "order-status"),
        ("order_status", "order-status"),
        ("Billing / Refunds!", "billing-refunds"),
        ("R\u00fcckgabe & Gr\u00f6\u00dfe", "ruckgabe-grosse"),
        ("Cr\u00e9dit", "credit"),
        ("deskhand_returns", "returns"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_what_people_call_it_as_a_name(word, name):
    assert named(word) == name


@given(st.text(max_size=80))
def test_any_word_has_a_name_that_a_configuration_takes(word):
    name = named(word)
    assert named(name) == name
    assert bool(name) == bool(word.strip())
    if name:
        load(f"service: shop\nclassification: {{categories: [{{name: {json.dumps(name)}, keywords: [a]}}]}}", name="x")


def test_words_of_other_scripts_are_told_apart():
    words = [
        "\u9000\u8d27",
        "\u53d1\u7968",
        "\u9000\u8d27 1",
        "\u53d1\u7968 1",
        "\u0432\u043e\u0437\u0432\u0440\u0430\u0442",
        "\U0001f600",
    ]
    assert len({named(word) for word in words}) == len(words)


ANY = st.builds(
    played, st.sampled_from(["", "a", "b"]), st.sampled_from(["a", "b"]), sure=st.booleans(), sendable=st.booleans()
)


@given(st.lists(ANY))
def test_counts_are_those_of_a_plain_count(every):
    tally = Tally()
    for one in every:
        tally.add(one)
    for name in ("a", "b"):
        line = tally.lines.get(name, Line())
        filed = [p for p in every if p.label == name]
        said = [p for p in every if p.label and p.sure and p.category == name]
        assert (line.filed, line.covered) == (len(filed), sum(p.sure for p in filed))
        assert (line.n, line.correct) == (len(said), sum(p.label == name for p in said))
        assert line.bound == lower_bound(len(said), sum(p.label != name for p in said))
    whole = tally.total
    assert whole.n == sum(bool(p.label) and p.sure for p in every)
    assert tally.unlabelled == sum(not p.label for p in every)


def test_flipped_labels_lock_their_category_and_no_other():
    tally = Tally()
    for n in range(200):
        tally.add(played("order-status", "order-status"))
        tally.add(played("returns" if n % 5 else "order-status", "returns"))
    modes = {name: allowed(line, CONFIGURATION.category(name)) for name, line in tally.lines.items()}
    assert modes == {"order-status": Mode.DEFLECT, "returns": Mode.ASSIST}


def test_who_may_answer_at_all_is_not_for_counts_to_say():
    proven = Line(filed=500, covered=500, n=500, correct=500)
    people_only = shop(**{"confidence: 0.8, autoResolve": "requiresHuman"})
    assert allowed(proven, CONFIGURATION.category("order-status")) is Mode.DEFLECT
    assert allowed(proven, people_only.category("order-status")) is Mode.ASSIST
    assert allowed(proven, None) is Mode.ASSIST
