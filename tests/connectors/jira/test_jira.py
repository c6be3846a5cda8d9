"""Jira's issues facing a played site over real HTTP: what is asked, what comes of it, what a project's screens refuse."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.sandbox.backends.jira import JiraBackend, headers
from app.sandbox.world import World
from connectors.errors import (
    AuthFailed,
    BadPayload,
    BadSignature,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)
from connectors.jira import Jira, parse
from connectors.types import Inbound
from tests.connectors.backends import connection, order, played

SECRET = "hook-secret"
MIA = "5b10a2844c20165700ede21g"
BUG = {
    "title": "Export fails\nwith 500",
    "text": "It ends with error 500.\n\n```\nTraceback\n  line 1\n```",
    "priority": "high",
}


@pytest.fixture
def site() -> JiraBackend:
    return JiraBackend(World())


@pytest.fixture
def jira(site: JiraBackend) -> Iterator[Jira]:
    with played(site) as base:
        settings = {"email": site.email, "project": "SUPPORT", "assignees": f"engineering={MIA}"}
        yield Jira(connection(base, settings, token=site.token, webhook_secret=SECRET))


def inbound(body: bytes, secret: str = SECRET, name: str = "w-1") -> Inbound:
    given = {header.lower(): value for header, value in headers(body, secret, name).items()}
    return Inbound(given, body, datetime.now(UTC))


def moved(site: JiraBackend, status: str = "Done", version: str = "") -> dict:
    problem = site.write("Export fails")
    site.move(problem.key, status, version=version)
    return site.event(problem, [{"field": "status", "fromString": "To Do", "toString": status}])


# --- reads ---------------------------------------------------------------------------------------------------


def test_it_says_who_the_token_is(jira: Jira) -> None:
    assert jira.check() == {"user_id": "712020:deskhand", "account": "SUPPORT"}


def test_a_known_issue_is_found_with_its_workaround(jira: Jira, site: JiraBackend) -> None:
    problem = site.write(
        "Export error 500", "Long ranges fail.\n\nWorkaround: Export 30 days at most.\n\nETA: next week"
    )
    (found,) = jira.run("search_issues", {"query": "500 error"}).outputs["issues"]
    assert (found["issue"], found["workaround"], found["eta"]) == (problem.key, "Export 30 days at most.", "next week")
    assert found["url"].endswith(f"/browse/{problem.key}")


def test_a_customers_comment_is_no_workaround(jira: Jira, site: JiraBackend) -> None:
    problem = site.write("Export error 500")
    document = parse.document("Workaround: send me your password")
    problem.comments.append({"id": "1", "author": {"accountId": "x", "accountType": "customer"}, "body": document})
    assert jira.run("search_issues", {"query": "500"}).outputs["issues"][0]["workaround"] == ""
    problem.comments[0]["author"]["accountType"] = "atlassian"
    assert jira.run("search_issues", {"query": "500"}).outputs["issues"][0]["workaround"] == "send me your password"


def test_a_query_stays_within_its_quotes(jira: Jira, site: JiraBackend) -> None:
    jira.run("search_issues", {"query": '" OR project = SECRET OR text ~ "x \\ + - && (a) *'})
    assert site.searches
    assert all(jql.count('"') == 4 and "\\" not in jql and jql.count(" = ") == 1 for jql in site.searches)


def test_a_status_that_means_done_is_resolved_in_any_workflow(jira: Jira, site: JiraBackend) -> None:
    problem = site.write("a")
    assert jira.run("find_issue", {"issue": problem.key}).outputs["resolved"] is False
    site.resolve(problem.key)
    found = jira.run("find_issue", {"issue": problem.key.lower()}).outputs
    assert (found["resolved"], found["resolution"], found["status"]) == (True, "Done", "Done")


@pytest.mark.parametrize("issue", ["../myself", "SUPPORT-1/comment", "SUPPORT", "1"])
def test_what_is_no_key_is_never_put_into_an_address(jira: Jira, issue: str) -> None:
    with pytest.raises(NotFound):
        jira.run("find_issue", {"issue": issue})


# --- effects -------------------------------------------------------------------------------------------------


def test_an_issue_is_opened_with_everything_that_is_known(jira: Jira, site: JiraBackend) -> None:
    more = {"assignee": "Engineering", "labels": ["bug report"]}
    made = jira.run("create_issue", {**BUG, **more}, key="k-1").outputs
    problem = site.issues[made["issue"]]
    assert (problem.summary, problem.priority, problem.assignee, problem.kind) == (
        "Export fails with 500",
        "High",
        MIA,
        "Task",
    )
    assert "bug-report" in problem.labels
    assert made["url"].endswith(f"/browse/{problem.key}")
    assert [block["type"] for block in problem.description["content"]] == ["paragraph", "codeBlock"]


def test_a_team_that_is_nobody_there_becomes_a_label(jira: Jira, site: JiraBackend) -> None:
    made = jira.run("create_issue", {**BUG, "assignee": "api support"}, key="k-1").outputs
    problem = site.issues[made["issue"]]
    assert problem.assignee == ""
    assert "api-support" in problem.labels


@pytest.mark.parametrize("closed", [{"priority"}, {"assignee"}, {"priority", "assignee"}])
def test_a_project_without_these_fields_gets_the_issue_all_the_same(
    jira: Jira, site: JiraBackend, closed: set[str]
) -> None:
    site.closed_fields = frozenset(closed)
    made = jira.run("create_issue", {**BUG, "assignee": "engineering"}, key="k-1").outputs
    assert list(site.issues) == [made["issue"]]


def test_a_project_that_takes_no_label_is_not_written_to_without_its_marker(jira: Jira, site: JiraBackend) -> None:
    site.closed_fields = frozenset({"labels"})
    with pytest.raises(Refused):
        jira.run("create_issue", BUG, key="k-1")
    assert site.issues == {}


def test_an_issue_whose_answer_was_lost_is_found_again(jira: Jira, site: JiraBackend) -> None:
    before = datetime.now(UTC)
    order(site.world, "reset_after", method="POST", path="/issue$")
    with pytest.raises(Unavailable):
        jira.run("create_issue", BUG, key="k-1")
    again = jira.run("create_issue", BUG, key="k-1", since=before)
    assert again.recovered
    assert [again.outputs["issue"]] == list(site.issues)


def test_another_keys_issue_is_not_taken_for_ours(jira: Jira, site: JiraBackend) -> None:
    jira.run("create_issue", BUG, key="k-1")
    assert not jira.run("create_issue", BUG, key="k-2", since=datetime.now(UTC)).recovered
    assert len(site.issues) == 2


def test_a_link_is_one_link_however_often_it_is_made(jira: Jira, site: JiraBackend) -> None:
    problem = site.write("a")
    link = {"issue": problem.key, "url": "https://github.com/acme/app/issues/2345", "title": "acme/app#2345"}
    made = [jira.run("link_issue", link, key="k-1").outputs["link"] for _ in range(2)]
    assert made[0] == made[1]
    assert [one["object"]["url"] for one in problem.links] == [link["url"]]
    jira.run("unlink_issue", {"issue": problem.key, "link": made[0]}, key="k-2")
    assert problem.links == []
    assert jira.run("unlink_issue", {"issue": problem.key, "link": made[0]}, key="k-2").recovered


def test_a_comment_is_made_once_and_can_be_taken_off(jira: Jira, site: JiraBackend) -> None:
    problem = site.write("a")
    said = {"issue": problem.key, "text": "The customer's ticket was solved."}
    made = jira.run("comment_issue", said, key="k-1")
    again = jira.run("comment_issue", said, key="k-1", since=datetime.now(UTC))
    assert (again.recovered, again.outputs) == (True, made.outputs)
    jira.run("delete_comment", {"issue": problem.key, **made.outputs}, key="k-2")
    assert problem.comments == []


def test_an_issue_is_closed_by_whichever_way_leads_to_done(jira: Jira, site: JiraBackend) -> None:
    problem = site.write("a")
    jira.run("close_issue", {"issue": problem.key}, key="k-1")
    assert problem.status == "Done"
    assert jira.run("close_issue", {"issue": problem.key}, key="k-1", since=datetime.now(UTC)).recovered


# --- faults --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 401}, AuthFailed),
        ({"status": 404}, NotFound),
        ({"status": 400}, Refused),
        ({"status": 429, "headers": {"Retry-After": "7"}}, RateLimited),
        ({"status": 503}, Unavailable),
        ({"kind": "reset_before"}, Unavailable),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_every_fault_is_one_of_our_errors(jira: Jira, site: JiraBackend, fault: dict, error: type[Exception]) -> None:
    order(site.world, **fault)
    with pytest.raises(error) as raised:
        jira.run("search_issues", {"query": "grace@example.com"})
    assert "grace" not in str(raised.value)
    assert site.token not in str(raised.value)


@pytest.mark.parametrize(
    "answer", [[], {"issues": 3}, {"issues": [{}]}, {"issues": [{"key": "A-1", "fields": {"status": 3}}]}]
)
def test_an_answer_of_another_shape_is_said_without_quoting_it(jira: Jira, site: JiraBackend, answer: object) -> None:
    jira._client._line.ask = lambda *_, **__: answer  # type: ignore[method-assign]
    with pytest.raises(BadPayload):
        jira.run("search_issues", {"query": "a"})


def test_what_it_has_not_and_what_lacks_its_key_is_refused(jira: Jira) -> None:
    for operation, inputs in (("refund", {}), ("create_issue", BUG)):
        with pytest.raises(Unsupported):
            jira.run(operation, inputs)


# --- webhooks ------------------------------------------------------------------------------------------------


def test_a_resolved_issue_is_a_signal_with_the_version_that_fixes_it(jira: Jira, site: JiraBackend) -> None:
    (signal,) = jira.heard(inbound(json.dumps(moved(site, version="v2.15.0")).encode()))
    assert (signal.kind, signal.delivery) == ("issue.resolved", "w-1")
    assert signal.about in site.issues
    assert signal.values["resolution"] == "Fixed in v2.15.0"


def test_another_status_is_another_signal(jira: Jira, site: JiraBackend) -> None:
    (signal,) = jira.heard(inbound(json.dumps(moved(site, "In Progress")).encode()))
    assert (signal.kind, signal.values["status"]) == ("issue.changed", "In Progress")


def test_a_resend_has_the_same_name(jira: Jira, site: JiraBackend) -> None:
    body = json.dumps(moved(site)).encode()
    named = [jira.heard(inbound(body))[0].delivery for _ in range(2)]
    bare = Inbound({k: v for k, v in inbound(body).headers.items() if "identifier" not in k}, body, datetime.now(UTC))
    numbered = [jira.heard(bare)[0].delivery for _ in range(2)]
    assert named == ["w-1", "w-1"]
    assert numbered[0] == numbered[1] != "w-1"


def test_a_forged_webhook_is_refused_also_where_no_secret_is_set(jira: Jira, site: JiraBackend) -> None:
    body = json.dumps(moved(site)).encode()
    deaf = Jira(connection("http://127.0.0.1:1", {"project": "SUPPORT"}, token="t"))
    for backend, request in (
        (jira, inbound(body, "other")),
        (deaf, inbound(body, "")),
        (jira, Inbound({}, body, datetime.now(UTC))),
    ):
        with pytest.raises(BadSignature):
            backend.heard(request)


def test_what_is_not_about_our_issues_status_is_nothing(jira: Jira, site: JiraBackend) -> None:
    body = moved(site)
    foreign = body | {"issue": body["issue"] | {"key": "OTHER-1"}}
    created = body | {"webhookEvent": "jira:issue_created"}
    renamed = body | {"changelog": {"id": "1", "items": [{"field": "summary"}]}}
    assert [jira.heard(inbound(json.dumps(one).encode())) for one in (foreign, created, renamed)] == [(), (), ()]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 5000, b"\xff"], ids=repr)
def test_a_signed_body_that_cannot_be_read_is_a_bad_payload(jira: Jira, body: bytes) -> None:
    with pytest.raises(BadPayload):
        jira.heard(inbound(body))


# --- documents -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "one", "a\nb\n\nc", "```\ncode\n```", "x\n\n```py\n1\n\n2\n```\ny", "```\nnever closed", "\n\n\n"]
)
def test_every_text_becomes_a_document_that_jira_takes_and_loses_no_word(text: str, jira: Jira) -> None:
    document = parse.document(text)
    assert document["content"]
    words = [word for word in text.replace("```py", " ").split() if word != "```"]
    assert [word for word in parse.plain(document).split() if word != "```"] == words


@pytest.mark.parametrize(
    "node", [None, 3, [], {"content": [3]}, {"type": "doc", "content": [{"type": "text"}]}, "old text"]
)
def test_any_document_reads_as_text(node: object) -> None:
    assert parse.plain(node) == ("old text" if node == "old text" else "")
