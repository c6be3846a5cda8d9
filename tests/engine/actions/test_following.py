"""From an issue that is resolved to a ticket that is solved: news, a day, a question, and the customer's word."""

from datetime import timedelta

import pytest

from app.engine.actions.following import agrees
from app.engine.workflows.types import Ask, Ended, Wait
from tests.engine.actions.saas import Walk, known, tracker

ISSUES = "search_issues create_issue link_issue"


def followed(**changes) -> Walk:
    """A walk that waits for the news."""
    values = {
        "systems": {"github": ("search_issues link_issue", tracker(known())), "jira": (ISSUES, tracker())},
        "facts": {"browser": "Chrome 119", "recentActions": "Clicked export"},
        "entities": {"error": ("500 error",)},
    }
    return Walk("500 error when I export my data", **(values | changes)).go()


def resolved(walk: Walk) -> Walk:
    return walk.wake(event="issue.resolved:SUPPORT-5678", resolution="Fixed in v2.15.0")


def test_the_news_is_told_and_a_day_is_waited() -> None:
    walk = followed()
    assert walk.progress.waiting == Wait(event="issue.resolved:SUPPORT-5678")
    resolved(walk)
    assert "SUPPORT-5678 is resolved. Fixed in v2.15.0." in walk.says
    assert walk.progress.waiting.until == walk.now + timedelta(hours=24)


def test_after_a_day_the_customer_is_asked_and_their_yes_solves_it() -> None:
    walk = resolved(followed()).wake(time="...")
    assert isinstance(walk.progress.waiting, Ask)
    assert "Does it work for you now?" in walk.says
    walk.hear("Yes, it works, thank you!")
    assert walk.progress.ended is Ended.DONE
    assert walk.outputs["solved"] is True
    assert "fixed" in walk.says


def test_a_no_brings_a_person() -> None:
    walk = resolved(followed()).wake(time="...").hear("No, it still fails")
    assert (walk.progress.ended, walk.progress.reason.code) == (Ended.HANDED_OVER, "not_fixed")
    assert walk.says == ""


def test_an_unclear_answer_is_asked_about_once_more_and_then_left_to_a_person() -> None:
    walk = resolved(followed()).wake(time="...").hear("hm")
    assert isinstance(walk.progress.waiting, Ask)
    walk.hear("what?")
    assert walk.progress.ended is Ended.HANDED_OVER


def test_who_has_said_so_within_the_day_is_not_asked_again() -> None:
    walk = resolved(followed())
    walk.hear("It works now, perfect")
    walk.wake(time="...")
    assert walk.progress.ended is Ended.DONE
    assert walk.outputs["solved"] is True


def test_who_declined_is_not_written_to() -> None:
    walk = followed()
    walk.hear("No, thanks")
    resolved(walk)
    assert walk.says == ""
    assert walk.outputs["followed"] is False


def test_without_an_issue_there_is_nothing_to_follow() -> None:
    walk = Walk("x").alone("followIssue")
    assert walk.progress.ended is Ended.DONE
    assert walk.outputs == {"followed": False}


def test_a_resolution_that_holds_a_link_is_sent_to_nobody() -> None:
    walk = followed().wake(event="issue.resolved:SUPPORT-5678", resolution="see https://evil.example")
    assert walk.progress.ended is Ended.HANDED_OVER
    assert walk.says == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Yes", True),
        ("it works now", True),
        ("Ja, danke, geht wieder", True),
        ("Sí, funciona", True),
        ("oui, ça marche", True),
        ("sim", True),
        ("no", False),
        ("It still doesn't work", False),
        ("Nein, immer noch kaputt", False),
        ("yes and no", False),
        ("isn't fixed", False),
        ("pas encore", False),
        ("maybe", None),
        ("", None),
    ],
)
def test_a_yes_with_any_no_in_it_is_none(text: str, wanted: bool | None) -> None:
    assert agrees(text) is wanted
