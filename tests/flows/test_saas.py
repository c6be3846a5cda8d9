"""The software company's conversations through webhook, worker and person: its systems are played over real HTTP."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.db import connections
from app.db.connections import Installed
from app.sandbox.backends.datadog import DatadogBackend, Measured
from app.sandbox.backends.github import GitHubBackend
from app.sandbox.backends.jira import JiraBackend, Problem
from app.sandbox.backends.jira import headers as jira_headers
from app.sandbox.backends.statuspage import StatuspageBackend
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from app.services import Services
from app.web import create_app
from connectors.jira import parse
from connectors.registry import BACKENDS
from connectors.types import Person, Role, SetStatus, Status
from jobs import signals
from tests.engine.actions.saas import WRITTEN
from tests.flows.played import VENDORS
from tests.flows.stage import Stage
from tests.jobs.workflows import Play

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "saas.json"
OURS = WRITTEN + "modes: {default: MODE}\n"
SECRET = "hook-secret"
LATENCY = "avg:trace.http.request.duration"
BUG = "I'm getting a 500 error when trying to export my data"
FACTS = {
    "browser": "Chrome 119",
    "os": "macOS 14.0",
    "plan": "enterprise",
    "recentActions": "Clicked export, selected date range",
}
PRIYA = Person("p-priya", Role.CUSTOMER, "Priya Raman", "priya@northgrid.example", facts=FACTS)


class Company:
    """Its systems, and one customer's ticket at its desk."""

    def __init__(self, base: str, systems: dict[str, object], file: Path, text: str, mode: str) -> None:
        self.github, self.jira = systems["github"], systems["jira"]
        self.datadog, self.statuspage = systems["datadog"], systems["statuspage"]
        self.play = Play(Stage(f"sqlite:///{file}", services=Services), text=text, mode=mode)
        self.stage = self.play.stage
        self.stage.services.connected.backends = BACKENDS
        self.stage.bells.signals = lambda account: signals.deal(self.stage.services, account)
        self.install("github", base, {"repository": "acme/app"}, token=self.github.token)
        settings = {"project": "SUPPORT", "email": self.jira.email}
        self.jira_id = self.install("jira", base, settings, token=self.jira.token, webhook_secret=SECRET)
        measured = {"queries": f"latency = {LATENCY}{{*}}", "email_facet": "@usr.email"}
        self.install("datadog", base, measured, api_key=self.datadog.api_key, app_key=self.datadog.app_key)
        self.install("statuspage", base, {})

    def install(self, vendor: str, base: str, settings: dict[str, str], **secrets: str) -> str:
        id = connections.new_id()
        sealed = self.stage.services.vault.seal(secrets, place=id)
        with self.stage.database.session() as session:
            new = Installed(id, self.stage.account.id, vendor, f"{base}/{vendor}", settings, sealed)
            connections.add(session, new, self.stage.time)
        return id

    def prove(self, category: str, *actions: str) -> None:
        self.stage.prove(category, "reply", *actions)

    def writes(self, text: str) -> None:
        if not self.play.ticket:
            self.play.ticket = self.play.vendor.customer_writes(text, who=PRIYA)
        else:
            self.play.vendor.customer_writes(text, self.play.ticket)
        self.play.go_on()

    def resolve(self, key: str, version: str = "v2.15.0") -> int:
        """Engineering moves the issue to Done; Jira's webhook comes in over HTTP."""
        self.jira.resolve(key, version)
        body = json.dumps(self.jira.event(self.jira.issues[key], [{"field": "status"}])).encode()
        client = create_app(self.stage.services.settings, self.stage.services).test_client()
        answer = client.post(f"/webhooks/jira/{self.jira_id}", data=body, headers=jira_headers(body, SECRET, "w-1"))
        self.play.go_on()
        return int(answer.status_code)

    @property
    def said(self) -> list[str]:
        return [reply.text for reply in self.play.replies]


@pytest.fixture
def open_company(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[object]:
    world = World()
    systems = {
        "github": GitHubBackend(world),
        "jira": JiraBackend(world),
        "datadog": DatadogBackend(world),
        "statuspage": StatuspageBackend(world),
    }
    with Served(application(world, [], backends=list(systems.values()))) as base:
        yield lambda text=OURS, mode="assist": Company(base, systems, tmp_path / "flows.db", text, mode)
    VENDORS.clear()


def known_bug(company: Company) -> str:
    problem = company.github.write(
        "Export of data ends with error 500",
        "Long ranges time out.\n\nWorkaround: Try a smaller date range\n\nETA: next week",
    )
    return str(problem.number)


def seed() -> str:
    if not SEED.exists():
        pytest.skip("the users' own files are not here")
    return SEED.read_text("utf-8")


def test_a_known_bug_in_the_users_own_file_is_approved_shared_and_tracked(open_company) -> None:
    company = open_company(seed())
    known = known_bug(company)
    company.writes(BUG)
    assert company.play.deeds == [("create_issue", "proposed")]
    for _ in range(3):
        company.play.press("approve")
    (issue,) = company.jira.issues.values()
    assert [link["object"]["url"] for link in issue.links] == [f"https://github.com/acme/app/issues/{known}"]
    assert issue.key in company.github.issues[int(known)].comments[0].body
    company.play.press("share")
    (said,) = company.said
    assert "I've found a known issue that matches your problem." in said
    assert "Workaround: Try a smaller date range" in said
    assert "(ETA: next week)" in said
    assert f"I've created ticket {issue.key} to track this for you." in said


def test_by_evidence_the_bug_is_told_and_its_fix_too_until_the_customer_agrees(open_company) -> None:
    company = open_company(mode="resolve")
    known_bug(company)
    company.prove("bug-report", "create_issue", "link_issue")
    company.writes(BUG)
    (issue,) = company.jira.issues.values()
    assert issue.key in company.said[0]
    assert company.resolve(issue.key) == 200
    assert f"{issue.key} is resolved. Fixed in v2.15.0." in company.said[1]
    company.play.go_on(timedelta(hours=24).total_seconds() + 2)
    assert "Does it work for you now?" in company.said[2]
    company.writes("Yes, it works now, thanks")
    assert "Thank you for confirming" in company.said[3]
    assert company.play.changes(SetStatus) == [SetStatus(Status.SOLVED)]
    assert company.play.ends == ["done"]


def test_the_same_news_twice_is_told_once(open_company) -> None:
    company = open_company(mode="resolve")
    known_bug(company)
    company.prove("bug-report", "create_issue", "link_issue")
    company.writes(BUG)
    (issue,) = company.jira.issues.values()
    company.resolve(issue.key)
    company.resolve(issue.key)
    assert len(company.said) == 2


def test_the_news_waits_for_a_person_without_evidence(open_company) -> None:
    company = open_company()
    known_bug(company)
    company.writes(BUG)
    for _ in range(3):
        company.play.press("approve")
    company.play.press("share")
    (issue,) = company.jira.issues.values()
    company.resolve(issue.key)
    assert len(company.said) == 1
    assert "is resolved. Fixed in v2.15.0." in company.play.notes[-1].text
    company.play.press("share")
    assert "is resolved. Fixed in v2.15.0." in company.said[1]


def test_a_customer_who_says_that_it_still_fails_gets_a_person(open_company) -> None:
    company = open_company(mode="resolve")
    known_bug(company)
    company.prove("bug-report", "create_issue", "link_issue")
    company.writes(BUG)
    (issue,) = company.jira.issues.values()
    company.resolve(issue.key)
    company.play.go_on(timedelta(hours=24).total_seconds() + 2)
    company.writes("No, the export still fails")
    assert company.play.ends == ["handed_over"]
    assert len(company.said) == 3


def test_a_critical_bug_is_escalated_and_nothing_is_said(open_company) -> None:
    company = open_company(seed())
    company.play.ticket = company.play.vendor.customer_writes(
        "Error 500, the bug broke production and nothing is working!",
        who=replace(PRIYA, facts=FACTS | {"severity": "critical"}),
    )
    company.play.go_on()
    assert company.said == []
    assert any("critical" in reason.text for reason in company.play.decision.reasons)


def test_a_slow_service_with_an_incident_is_told_by_evidence(open_company) -> None:
    company = open_company(mode="deflect")
    company.statuspage.publish("Slow dashboards", "We are looking into it.")
    company.datadog.metrics[LATENCY] = Measured(usual=0.2, lately=2.0)
    company.prove("performance")
    company.writes("The dashboards are very slow since this morning, loading takes 30 seconds")
    (said,) = company.said
    assert "Slow dashboards (investigating)" in said


def test_a_wrong_call_to_the_api_is_put_right(open_company) -> None:
    company = open_company(mode="deflect")
    company.prove("api-integration")
    company.writes("The api answers 401: curl https://api.tallyboard.example/v1/boards?api_key=abc")
    (said,) = company.said
    assert "Send it in the Authorization header, as a bearer token." in said
    assert "Bearer YOUR_API_KEY" in said


def tracked(company: Company) -> Problem:
    """The issue that a person had opened for the ticket."""
    known_bug(company)
    company.writes(BUG)
    for _ in range(3):
        company.play.press("approve")
    (issue,) = company.jira.issues.values()
    return issue


def set_to(company: Company, status: Status) -> None:
    """Somebody in the helpdesk gives the ticket another status."""
    company.play.vendor.tickets[company.play.ticket].status = status
    company.play.vendor.knock(company.play.ticket)
    company.play.go_on(1)


def remarks(issue: Problem) -> list[str]:
    return [parse.plain(comment["body"]).partition(":")[0] for comment in issue.comments]


CLOSING = OURS.replace("syncStatus: true", "syncStatus: true, closeSolved: true")


def test_an_issue_is_told_once_that_its_ticket_is_solved_or_open_again(open_company) -> None:
    company = open_company()
    issue = tracked(company)
    for status, so_far in (
        (Status.SOLVED, 1),
        (Status.CLOSED, 1),
        (Status.SOLVED, 1),
        (Status.OPEN, 2),
        (Status.SOLVED, 3),
    ):
        set_to(company, status)
        set_to(company, status)
        assert len(remarks(issue)) == so_far
    assert remarks(issue) == [
        "The customer's ticket is solved",
        "The customer's ticket is open again",
        "The customer's ticket is solved",
    ]
    assert issue.status == "To Do"
    assert BUG not in parse.plain(issue.comments[0]["body"])


def test_where_the_account_wants_it_the_issue_is_closed_and_its_own_news_tells_nobody(open_company) -> None:
    company = open_company(CLOSING)
    issue = tracked(company)
    set_to(company, Status.SOLVED)
    assert (issue.status, len(remarks(issue))) == ("Done", 1)
    notes = len(company.play.notes)
    company.resolve(issue.key)
    company.play.go_on(timedelta(hours=25).total_seconds())
    assert (len(company.play.notes), company.said) == (notes, [])


@pytest.mark.parametrize("kind", ["reset_after", "reset_before"])
def test_an_answer_that_got_lost_tells_the_issue_once(open_company, kind: str) -> None:
    company = open_company(CLOSING)
    issue = tracked(company)
    for path in ("/comment$", "/transitions$"):
        company.jira.world.faults.order(Fault(kind, "jira", "POST", path))
    set_to(company, Status.SOLVED)
    for _ in range(4):
        company.play.go_on(140)
    assert (issue.status, remarks(issue)) == ("Done", ["The customer's ticket is solved"])


@pytest.mark.parametrize(
    "text", [OURS.replace("syncStatus: true", "syncStatus: false"), OURS.replace("MODE", "shadow")]
)
def test_nothing_is_told_where_nobody_asked_for_it(open_company, text: str) -> None:
    company = open_company()
    issue = tracked(company)
    company.stage.configure(text.replace("MODE", "assist"))
    set_to(company, Status.SOLVED)
    assert remarks(issue) == []


def test_an_issue_that_cannot_be_told_is_a_problem_that_is_shown(open_company) -> None:
    company = open_company()
    issue = tracked(company)
    del company.jira.issues[issue.key]
    set_to(company, Status.SOLVED)
    assert "not_synced" in company.play.problems
