"""A bug from the customer's words to an issue, as the account's own configuration says."""

import pytest

from app.engine.actions import issues
from app.engine.workflows.types import Ask, Ended, Failure, Wait
from tests.engine.actions.saas import Walk, known, tracker

BUG = "I'm getting a 500 error when trying to export my data"
FACTS = {"browser": "Chrome 119", "os": "macOS 14.0", "recentActions": "Clicked export, selected date range"}
ERROR = {"error": ("500 error",)}
ISSUES = "search_issues create_issue link_issue"


def bug(text: str = BUG, *found: dict, **changes) -> Walk:
    systems = {"github": ("search_issues link_issue", tracker(*found)), "jira": (ISSUES, tracker())}
    values = {"systems": systems, "facts": FACTS | {"severity": "high"}, "entities": ERROR} | changes
    return Walk(text, **values).go()


def test_a_known_bug_with_a_workaround_is_told_tracked_and_followed() -> None:
    walk = bug(BUG, known())
    assert "I've found a known issue that matches your problem." in walk.says
    assert "Workaround: Try exporting a smaller date range" in walk.says
    assert "(ETA: next week)" in walk.says
    assert "I've created ticket SUPPORT-5678 to track this for you." in walk.says
    assert walk.progress.waiting == Wait(event="issue.resolved:SUPPORT-5678")


def test_the_issue_and_the_known_one_are_linked_both_ways() -> None:
    walk = bug(BUG, known())
    links = [
        (system, inputs["issue"], inputs["url"])
        for system, operation, inputs in walk.calls
        if operation == "link_issue"
    ]
    assert links == [
        ("jira", "SUPPORT-5678", "https://github.com/acme/app/issues/2345"),
        ("github", "2345", "https://acme.example/browse/SUPPORT-5678"),
    ]


def test_an_unknown_bug_is_opened_once_with_what_engineers_need() -> None:
    walk = bug()
    (created,) = [inputs for _, operation, inputs in walk.calls if operation == "create_issue"]
    assert created["assignee"] == "engineering"
    assert created["priority"] == "high"
    assert BUG in created["text"]
    assert "browserInfo: Chrome 119 macOS 14.0" in created["text"]
    assert "https://desk.example/tickets/1" in created["text"]
    assert "known issue" not in walk.says
    assert "SUPPORT-5678" in walk.says


def test_a_known_bug_without_a_workaround_is_opened_and_linked_by_the_step_for_it() -> None:
    walk = bug(BUG, known(workaround=""))
    assert "createJiraTicket" in walk.progress.outputs
    assert [operation for _, operation, _ in walk.calls].count("create_issue") == 1
    assert "Workaround" not in walk.says


@pytest.mark.parametrize(
    "other",
    [
        known(title="Login ends with error 500", text="Signing in fails."),
        known(title="Error 500", text="Server error."),
        known(status="closed"),
        known(title="Rounding of totals", text="An export of data shows a wrong total."),
    ],
    ids=["another place", "only a number", "dropped", "another trouble"],
)
def test_what_only_looks_alike_is_not_the_same(other: dict) -> None:
    assert issues.likeliest(BUG, ["500", "export", "data"], [other]) is None


def test_the_likeliest_of_several_counts() -> None:
    near = known(issue="1", title="Export of data answers 500 error")
    far = known(issue="2", title="Export button is grey", text="The 500 px layout.")
    assert issues.likeliest(BUG, ["500"], [far, near])["issue"] == "1"


def test_a_search_is_led_by_errors_and_traces() -> None:
    text = 'It is broken when I export.\n  at exporter.writeRows\nFile "x.py", line 3, in write_rows'
    walk = Walk(text, entities={"error": ("TimeoutError: chunk 17",)}, systems={"github": ("search_issues", tracker())})
    walk.alone("searchKnownIssues", source="github-issues", matchBy=["errorMessage", "stackTrace"])
    query = walk.calls[0][2]["query"].split()
    assert query[:2] == ["TimeoutError", "17"]
    assert "exporter.writeRows" not in query[:2]
    assert "export" in query


def test_without_an_error_nothing_is_searched() -> None:
    walk = Walk("Something is odd", systems={"github": ("search_issues", tracker(known()))})
    walk.alone("searchKnownIssues", source="github-issues")
    assert walk.calls == []
    assert walk.outputs["knownIssue"] is False


@pytest.mark.parametrize("failure", [Failure.DOWN, Failure.REFUSED])
def test_a_search_that_fails_costs_the_known_issue_and_nothing_else(failure: Failure) -> None:
    systems = {"github": ("search_issues", lambda *_: failure), "jira": (ISSUES, tracker())}
    walk = bug(systems=systems)
    assert "SUPPORT-5678" in walk.says


def test_a_link_that_fails_costs_a_line_and_not_the_issue() -> None:
    def refuses(operation: str, inputs: object) -> object:
        return Failure.REFUSED if operation == "link_issue" else tracker(known())(operation, {})

    systems = {"github": ("search_issues link_issue", refuses), "jira": (ISSUES, tracker())}
    walk = bug(systems=systems)
    assert "SUPPORT-5678" in walk.says
    assert any("could not be linked" in note for note in walk.progress.notes)


def test_an_issue_that_cannot_be_opened_leaves_it_to_a_person() -> None:
    systems = {"github": ("search_issues", tracker()), "jira": (ISSUES, lambda *_: Failure.DOWN)}
    walk = bug(systems=systems)
    assert (walk.progress.ended, walk.progress.says) == (Ended.HANDED_OVER, ())


def test_without_a_tracker_a_person_goes_on() -> None:
    walk = bug(systems={"github": ("search_issues", tracker())})
    assert walk.progress.reason.code == "no_tracker"


@pytest.mark.parametrize("workaround", ["Open https://evil.example/fix", "[click](javascript:alert(1))"])
def test_a_workaround_that_holds_a_link_is_sent_to_nobody(workaround: str) -> None:
    walk = bug(BUG, known(workaround=workaround))
    assert walk.progress.ended is Ended.HANDED_OVER
    assert walk.progress.says == ()


def test_the_answer_is_in_the_customers_language() -> None:
    assert "Abhilfe:" in bug(BUG, known(), language="de").says


def test_a_language_that_we_cannot_vouch_for_is_left_to_a_person() -> None:
    assert bug(BUG, known(), language="fi").progress.reason.code == "template_language"


# --- what has to be known first -------------------------------------------------------------------------------


def test_what_is_missing_is_asked_for_at_most_twice() -> None:
    walk = bug("The export is broken", facts={}, entities={})
    assert isinstance(walk.progress.waiting, Ask)
    assert set(walk.progress.waiting.slots) == {"errorLogs", "browserInfo", "steps"}
    assert "- your browser and operating system with their versions" in walk.says
    walk.hear("I use Firefox 120 on Windows 11")
    assert set(walk.progress.waiting.slots) == {"errorLogs", "steps"}
    walk.hear("no idea")
    assert not isinstance(walk.progress.waiting, Ask)
    assert any(note.startswith("Not known: errorLogs") for note in walk.progress.notes)


def test_errors_are_looked_up_by_the_proven_address_alone() -> None:
    found = {"errors": [{"at": "x", "message": "TimeoutError: export", "count": 3, "trace": "at export()"}]}
    systems = {"datadog": ("errors", lambda *_: found), "jira": (ISSUES, tracker())}
    walk = bug("mallory@example.com has a bug when I export", systems=systems, entities={})
    assert walk.calls[0] == ("datadog", "errors", {"minutes": 5, "email": "priya@northgrid.example"})
    (created,) = [inputs for _, operation, inputs in walk.calls if operation == "create_issue"]
    assert "at export()" in created["text"]


def test_nobody_proven_has_no_errors_looked_up() -> None:
    systems = {"datadog": ("errors", lambda *_: {"errors": []}), "jira": (ISSUES, tracker())}
    walk = bug(systems=systems, email="")
    assert "errors" not in [operation for _, operation, _ in walk.calls]


def test_a_hostile_text_stays_inside_its_fence() -> None:
    walk = bug("```\n# Hello\n``` export is broken when I click, error 500")
    (created,) = [inputs for _, operation, inputs in walk.calls if operation == "create_issue"]
    assert created["text"].count("```") == 2


# --- priorities -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "facts", "wanted"),
    [
        ("calculatePriority(severity, affectedUsers)", {"severity": "critical"}, "urgent"),
        ("calculatePriority(severity, affectedUsers)", {"severity": "normal", "affectedUsers": 10}, "high"),
        ("calculatePriority(severity, affectedUsers)", {"severity": "normal", "affectedUsers": 5000}, "urgent"),
        ("calculatePriority(severity, affectedUsers)", {"severity": "low", "affectedUsers": True}, "low"),
        ("calculatePriority(severity)", {}, "normal"),
        ("critical", {}, "urgent"),
        ("", {}, "normal"),
        ("calculatePriority(severity, affectedUsers)", {"severity": "odd"}, "normal"),
    ],
)
def test_a_priority_is_a_word_or_reckoned_from_facts(written: str, facts: dict, wanted: str) -> None:
    assert issues.priority(written, Walk("x", facts=facts).scene()) == wanted
