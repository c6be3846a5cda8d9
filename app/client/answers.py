"""What the API answers, by the names of the users' guide. A test holds these against the API's own document."""

from typing import Any, Literal, TypedDict


class Response(TypedDict):
    """What the customer was sent, word for word; or that a person answers."""

    message: str
    confidence: float
    actions: list[str]
    nextSteps: list[str]


class Conversation(TypedDict):
    """A message that was said. ``response`` is None while ``status`` is ``pending`` or ``proposed``."""

    status: Literal["answered", "person", "pending", "proposed"]
    conversationId: str
    messageId: str
    response: Response | None


class Metrics(TypedDict):
    """How the desk is doing. None: nothing is known yet."""

    totalTickets: int
    autoResolved: int
    escalatedToHuman: int
    avgResolutionTime: dict[str, int | None]
    avgFirstResponseTime: int | None
    handleTime: dict[str, int | None]
    csat: float | None
    ratings: int
    automationRate: float | None
    reopenRate: float | None
    costPerTicket: dict[str, float | None]
    agentProductivity: float | None
    byCategory: dict[str, dict[str, float]]
    escalationAccuracy: float | None
    escalations: dict[str, int]
    holds: dict[str, dict[str, int]]
    custom: list[dict[str, Any]]


class BotMetrics(TypedDict):
    """How Deskhand is doing. None: nothing is known yet."""

    conversations: int
    resolved: int
    escalated: int
    avgConfidence: float | None
    accuracy: float | None
    judged: int
    avgResolutionTime: int | None
    topIntents: list[dict[str, Any]]
    toolUsage: dict[str, int]
    customerSatisfaction: float | None


class Effectiveness(TypedDict):
    """The five figures to watch; None: not asked for, or not known."""

    automationRate: float | None
    resolutionAccuracy: float | None
    customerSatisfaction: float | None
    escalationRate: float | None
    avgHandleTime: int | None


class AuditLog(TypedDict):
    """Who did what about a customer, the newest first."""

    entries: list[dict[str, Any]]
    complianceStatus: str
    violations: list[str]


class ComplianceReport(TypedDict):
    """What is known about a quarter; each check says PASS, FAIL or UNKNOWN."""

    period: str
    totalInteractions: int
    complianceChecks: dict[str, dict[str, Any]]
    fraudCases: int
    fraudResolved: int
    fraudPending: int
    avgFraudResolutionTime: str | None
    customerSatisfaction: float | None
    evidence: list[dict[str, Any]]
    violations: list[dict[str, Any]]


class Noted(TypedDict):
    """Whether it was news; ``change`` is how a move in the helpdesk is followed."""

    ticketId: str
    taken: bool
    change: str | None


class Assigned(TypedDict):
    """The change is planned; ``change(id)`` says how far it is."""

    ticketId: str
    agentId: str
    change: str


class FoundAgent(TypedDict):
    """Who should have a ticket, everybody who knows how, and why."""

    agent: dict[str, Any] | None
    agents: list[dict[str, Any]]
    reasons: list[dict[str, str]]


class Learnt(TypedDict):
    """Whether an example is new, and how many there are."""

    new: bool
    examples: int
