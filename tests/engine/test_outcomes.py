from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.engine.outcomes import (
    HOLDS,
    Costs,
    Hold,
    Returns,
    Story,
    bot_metrics,
    effectiveness,
    hold,
    holds,
    metrics,
    rates,
)
from tests.builders import NOON

DAY = timedelta(days=1)


def story(name="t1", days=0.0, **changes):
    """A ticket that we answered alone within a minute, opened so many days after noon."""
    at = NOON + days * DAY
    values = {
        "ticket": name,
        "person": "kim",
        "problem": "parcel",
        "category": "order-status",
        "opened_at": at,
        "answered_at": at + timedelta(minutes=1),
        "solved_at": at + timedelta(minutes=1),
        "ours": True,
        "confidence": 0.9,
    }
    return Story(**(values | changes))


def after(*others, one=None, days=60):
    one = one or story()
    return hold(one, Returns([one, *others]), NOON + days * DAY)


def test_who_comes_back_elsewhere_about_the_same_was_only_postponed():
    assert after(story("t2", 3, channel="chat", person="kim")) is Hold.POSTPONED


def test_another_problem_another_person_and_a_later_day_do_not_count():
    assert after(story("t2", 3, problem="invoice"), story("t3", 3, person="bo"), story("t4", 8)) is Hold.ASSUMED
    assert after(story("t2", 3, test=True)) is Hold.ASSUMED


def test_people_without_a_name_are_never_taken_for_one():
    nobody = story(person="")
    assert after(story("t2", 1, person=""), one=nobody) is Hold.ASSUMED


def test_a_ticket_that_was_opened_again_did_not_hold():
    assert after(one=story(reopened_at=NOON + DAY)) is Hold.POSTPONED
    assert after(one=story(helped=True, reopened_at=NOON + DAY)) is Hold.POSTPONED


def test_only_a_customers_word_confirms():
    assert after(one=story(helped=True)) is Hold.CONFIRMED
    assert after(one=story(rating=5)) is Hold.CONFIRMED
    assert after(one=story(rating=2)) is Hold.ASSUMED


def test_too_early_is_neither():
    assert after(days=6) is Hold.OPEN
    assert after(one=story(solved_at=None)) is Hold.OPEN


STORIES = st.lists(
    st.builds(
        story,
        st.integers(0, 200).map(str),
        st.floats(0, 40),
        person=st.sampled_from(["kim", "bo", ""]),
        problem=st.sampled_from(["parcel", "invoice"]),
        touched=st.booleans(),
        helped=st.booleans(),
        test=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda one: one.ticket,
)


@given(STORIES)
def test_holds_are_those_of_a_plain_count(every):
    now = NOON + 45 * DAY
    found = holds(every, now)
    mine = [s for s in every if s.ours and not s.touched and not s.test]
    for days in HOLDS:
        back = [
            s
            for s in mine
            if s.person
            and any(
                o is not s
                and not o.test
                and (o.person, o.problem) == (s.person, s.problem)
                and s.solved_at < o.opened_at <= s.solved_at + days * DAY
                for o in every
            )
        ]
        assert found[days][Hold.POSTPONED] == len(back)
        assert sum(found[days].values()) == len(mine)
    assert found[7][Hold.POSTPONED] <= found[14][Hold.POSTPONED] <= found[30][Hold.POSTPONED]


def test_the_guides_fields_are_all_there_and_agree_with_each_other():
    human = story("t2", 1, ours=False, touched=True, agent="a1", solved_at=NOON + DAY + timedelta(hours=2), rating=4)
    told = metrics([story(rating=5), human, replace(human, ticket="t3", test=True)], NOON + 9 * DAY, Costs(30.0, 0.5))
    assert (told["totalTickets"], told["autoResolved"], told["escalatedToHuman"], told["automationRate"]) == (
        2,
        1,
        1,
        0.5,
    )
    assert told["avgResolutionTime"] == {"automated": 60, "human": 7200, "overall": 3630}
    assert told["costPerTicket"] == {"automated": 0.5, "human": 60.0, "blended": 30.25}
    assert (told["csat"], told["ratings"], told["agentProductivity"]) == (4.5, 2, 1.0)
    assert told["byCategory"] == {"order-status": {"total": 2, "autoResolved": 1, "rate": 0.5}}
    assert told["holds"]["7d"]["confirmed"] == 0
    assert told["holds"]["7d"]["postponed"] == 1


def test_an_empty_desk_divides_by_nothing():
    told = metrics([], NOON)
    assert unknown(told) == {
        "avgResolutionTime.automated",
        "avgResolutionTime.human",
        "avgResolutionTime.overall",
        "avgFirstResponseTime",
        "handleTime.withDraft",
        "handleTime.withoutDraft",
        "csat",
        "automationRate",
        "reopenRate",
        "costPerTicket.human",
        "costPerTicket.blended",
        "agentProductivity",
        "escalationAccuracy",
    }
    bot = bot_metrics([], (0, 0), {})
    assert unknown(bot) == {"avgConfidence", "accuracy", "avgResolutionTime", "customerSatisfaction"}
    assert set(effectiveness([], (0, 0)).values()) == {None}


def unknown(told, before=""):
    """Names of the figures that nobody knows."""
    below = {name: value for name, value in told.items() if isinstance(value, dict)}
    flat = {f"{before}{name}" for name, value in told.items() if value is None}
    return flat.union(*(unknown(value, f"{name}.") for name, value in below.items()))


def test_what_people_cost_is_known_once_they_solved_something():
    open_ones = [story("t2", ours=False, answered_at=None, solved_at=None)]
    assert metrics([story(), *open_ones], NOON, Costs(30.0, 0.5))["costPerTicket"] == {
        "automated": 0.5,
        "human": None,
        "blended": None,
    }
    assert metrics([story()], NOON, Costs(30.0, 0.5))["costPerTicket"]["blended"] == 0.5


def test_a_category_of_tests_alone_is_none():
    told = metrics([story(), story("t2", category="billing", test=True)], NOON)
    assert told["byCategory"] == {"order-status": {"total": 1, "autoResolved": 1, "rate": 1.0}}


def test_how_sure_we_were_is_said_of_what_we_gave_a_category_to():
    told = bot_metrics([story(), story("t2", category="", confidence=0.0)], (0, 0), {})
    assert (told["conversations"], told["avgConfidence"]) == (2, 0.9)


def test_effectiveness_gives_what_is_asked_for_and_no_more():
    told = effectiveness([story()], (9, 10), ["automation-rate", "resolution-accuracy", "moon-phase"])
    assert told == {"automationRate": 1.0, "resolutionAccuracy": 0.9}
    assert set(effectiveness([], (0, 0))) == {
        "automationRate",
        "resolutionAccuracy",
        "customerSatisfaction",
        "escalationRate",
        "avgHandleTime",
    }


def test_the_bots_own_figures():
    told = bot_metrics([story(), story("t2", touched=True, category="billing")], (3, 4), {"search_documentation": 7})
    assert (told["conversations"], told["resolved"], told["accuracy"], told["avgConfidence"]) == (2, 1, 0.75, 0.9)
    assert told["topIntents"][0] == {"intent": "billing", "count": 1, "resolved": 0, "rate": 0.0}
    assert told["toolUsage"] == {"search_documentation": 7}


def test_clocks_that_disagree_make_no_time_negative_and_the_tickets_still_count():
    early = NOON - timedelta(hours=2)
    answered_before_asked = story("t2", answered_at=early, solved_at=early)
    by_a_person = story("t3", answered_at=early, solved_at=early, ours=False, touched=True, drafted=True)
    told = metrics([story(), answered_before_asked, by_a_person], NOON)
    assert (told["totalTickets"], told["autoResolved"], rates([answered_before_asked]).solved) == (3, 2, 1)
    assert told["avgResolutionTime"] == {"automated": 60, "human": None, "overall": 60}
    assert (told["avgFirstResponseTime"], told["handleTime"]) == (60, {"withDraft": None, "withoutDraft": None})
    assert told["costPerTicket"]["blended"] is None
