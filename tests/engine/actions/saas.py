"""The company with dashboards, walked in one process: its configuration as it is, systems that are functions, everything permitted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.engine.configuration import load
from app.engine.configuration.steps import Step, Workflow
from app.engine.registry import ACTIONS
from app.engine.workflows import runner
from app.engine.workflows.types import Answer, Call, Failure, Identity, Level, Progress, Scene
from connectors.operations import OPERATIONS
from tests.builders import NOON, a_classification, a_message, a_person, a_ticket

WRITTEN = """
service: tallyboard
classification:
  technical:
    categories:
      - name: bug-report
        keywords: [error, broken]
        requiresContext: [errorLogs, browserInfo, steps]
        assignTo: engineering
      - {name: api-integration, keywords: [api], requiresContext: [apiLogs, requestDetails]}
      - {name: performance, keywords: [slow], requiresContext: [performanceMetrics, requestTiming]}
autoResponse:
  bugReport:
    workflow:
      - {action: collectDiagnostics, items: [errorLogs, browserInfo, accountInfo, recentActions]}
      - {action: searchKnownIssues, source: github-issues, matchBy: [errorMessage, stackTrace]}
      - {action: applyWorkaround, condition: knownIssue && workaroundAvailable}
      - action: createJiraTicket
        condition: "!knownIssue || !workaroundAvailable"
        assignTo: engineering
        priority: calculatePriority(severity, affectedUsers)
      - {action: respondToCustomer, template: bug-report-received, includeWorkaround: true, includeETA: true}
  apiIntegration:
    workflow:
      - {action: validateRequest, check: [authentication, apiVersion, requestFormat]}
      - action: diagnoseIssue
        checks: {authentication: validate API key, rateLimit: check quota, endpointAvailability: check service status}
      - {action: suggestFix, basedOn: diagnosisResult}
      - {action: provideExample, language: auto-detect, includeCodeSamples: true}
  performance:
    workflow:
      - {action: fetchMetrics, sources: [datadog, newrelic], timeRange: last-30m}
      - {action: correlateWithIncidents, source: statuspage}
      - {action: analyzeUserPattern, checks: [queryComplexity, dataVolume, concurrent Requests]}
      - {action: suggestOptimizations, basedOn: analysisResults}
integrations:
  jira: {project: SUPPORT, autoCreateTickets: true, syncStatus: true}
  github: {searchIssues: true, createIssues: true, labelMapping: {bug-report: bug}}
"""
SAAS = load(WRITTEN, name="saas.yaml")
PRIYA = a_person(name="Priya Raman", email="priya@northgrid.example", facts={"accountPlan": "enterprise"})
System = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | Failure]


@dataclass
class Walk:
    """One customer's ticket and the run about it. ``systems`` answer by name; what they were asked stands in ``calls``."""

    text: str
    category: str = "bug-report"
    systems: Mapping[str, tuple[str, System]] = field(default_factory=dict)
    """Name -> the operations that it offers (with blanks between), and what it answers."""
    facts: dict[str, Any] = field(default_factory=dict)
    entities: dict[str, tuple[str, ...]] = field(default_factory=dict)
    language: str = "en"
    email: str = PRIYA.email
    calls: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    now: datetime = NOON
    progress: Progress | None = None
    workflow: Workflow | None = None

    def __post_init__(self) -> None:
        self.ticket = a_ticket(
            self.text, subject="Export broken", requester=PRIYA, url="https://desk.example/tickets/1"
        )
        self.progress = runner.begun(self.workflow or SAAS.workflows[self.category])

    def alone(self, action: str, **settings: Any) -> "Walk":
        """Only this one step."""
        self.progress = runner.begun(Workflow("one", self.category, (Step(action, action, settings),)))
        return self.go()

    def scene(self) -> Scene:
        """What the actions see."""
        judged = a_classification(self.category, language=self.language, entities=self.entities)
        offered: dict[str, set[str]] = {}
        for name, (operations, _) in self.systems.items():
            for operation in operations.split():
                offered.setdefault(operation, set()).add(name)
        return Scene(
            self.ticket,
            judged,
            SAAS,
            Identity(self.email, PRIYA.id, Level.HOST),
            self.now,
            facts=self.facts,
            offered={name: frozenset(systems) for name, systems in offered.items()},
        )

    def go(self) -> "Walk":
        """As far as it comes."""
        while True:
            turn = runner.advance(self.progress, self.scene(), ACTIONS)
            self.progress = turn.progress
            if turn.call is None:
                return self
            title = OPERATIONS[turn.call.operation].title
            self.progress = runner.answered(self.progress, turn.call, self.asked(turn.call), title)

    def asked(self, call: Call) -> Answer:
        """What a system says."""
        offering = {
            name: answer for name, (operations, answer) in self.systems.items() if call.operation in operations.split()
        }
        system = call.system or (next(iter(offering)) if len(offering) == 1 else "")
        if system not in offering:
            return Answer(failure=Failure.UNSUPPORTED)
        self.calls.append((system, call.operation, call.inputs))
        said = offering[system](call.operation, call.inputs)
        return Answer(failure=said) if isinstance(said, Failure) else Answer(said, source=system)

    def hear(self, text: str) -> "Walk":
        """The customer writes."""
        self.now += timedelta(minutes=5)
        said = a_message(text, id=f"m{len(self.ticket.messages) + 1}", author=PRIYA, at=self.now)
        self.ticket = replace(self.ticket, messages=(*self.ticket.messages, said))
        self.progress = runner.heard(self.progress, text)
        return self.go()

    def wake(self, **happened: Any) -> "Walk":
        """What was waited for comes."""
        until = getattr(self.progress.waiting, "until", None)
        self.now = until if until and "time" in happened else self.now
        self.progress = runner.woken(self.progress, happened)
        return self.go()

    @property
    def outputs(self) -> Mapping[str, Any]:
        """Everything that the steps gave."""
        return {name: value for outputs in self.progress.outputs.values() for name, value in outputs.items()}

    @property
    def says(self) -> str:
        """What the customer is told now."""
        return "\n".join(self.progress.says)


def known(**changes: Any) -> dict[str, Any]:
    """An issue as a tracker tells it."""
    values = {
        "issue": "2345",
        "title": "Export ends with error 500 on long ranges",
        "status": "open",
        "url": "https://github.com/acme/app/issues/2345",
        "text": "Exporting more than 30 days of data answers 500.",
        "workaround": "Try exporting a smaller date range (< 30 days).",
        "eta": "next week",
        "labels": ["bug"],
    }
    return values | changes


def tracker(*issues: Mapping[str, Any], key: str = "SUPPORT-5678") -> System:
    """Finds these issues; opens and links whatever it is asked to."""

    def answer(operation: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "search_issues": {"issues": list(issues)},
            "create_issue": {"issue": key, "url": f"https://acme.example/browse/{key}"},
            "link_issue": {"link": "1"},
        }[operation]

    return answer
