"""The vocabulary of what a configuration does with a ticket: answers, escalation, compliance and reports; the root of it all."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from app.engine.configuration import models
from app.engine.configuration.models import Age, PriorityWord, Section, Target, Text, Texts, Trigger
from app.engine.configuration.privacy import PrivacySection
from app.engine.configuration.trials import AnswersSection, ExperimentSection, TrainingSection
from app.engine.facts import Kind


class Step(Section):
    """One action of a workflow with its settings."""

    action: Annotated[str, AfterValidator(models.an_action)]
    api: Text | None = None
    assign_to: Text | None = None
    audit_log: bool | None = None
    based_on: Text | None = None
    check: Texts | None = None
    checks: list[Trigger] | dict[str, Text] | None = None
    condition: Text | None = None
    data_classification: Text | None = None
    include_code_samples: bool | None = None
    include_eta: bool | None = Field(default=None, alias="includeETA")
    include_label: bool | None = None
    include_recent: Text | int | None = None
    include_tracking_link: bool | None = None
    include_workaround: bool | None = None
    items: Texts | None = None
    language: Text | None = None
    mask: Texts | None = None
    match_by: Texts | None = None
    methods: Texts | None = None
    priority: Text | None = None
    provider: Text | None = None
    reasons: Texts | None = None
    required: Texts | None = None
    retention_period: Age | None = None
    sla: Target | None = None
    source: Text | Texts | None = None
    sources: Texts | None = None
    system: Text | None = None
    template: Text | None = None
    time_range: Text | None = None


class KnowledgeBase(Section):
    """Where an answer is looked up."""

    source: Text | None = None
    include_reviews: bool | None = None
    include_similar_products: bool | None = None
    include_videos: bool | None = None
    semantic_matching: bool | None = None
    vector_search: bool | None = None


class Shape(Section):
    """What an answer looks like."""

    format: Text | None = None
    include_screenshots: bool | None = None
    include_related_articles: Annotated[int, Field(ge=0, le=10)] | None = None


class Authentication(Section):
    """How a customer proves who they are."""

    methods: Texts = Field(default_factory=list)
    required: bool = True


class SelfService(Section):
    """A small flow of its own inside an answer, such as a password reset."""

    enabled: bool = True
    method: Text | None = None
    expiration: Age | None = None
    allowed_fields: Texts | None = None


class Response(Section):
    """What happens for one category, and any number of named self-service flows."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, SelfService]

    enabled: bool = True
    require_human: bool = False
    workflow: list[Step] = Field(default_factory=list)
    knowledge_base: KnowledgeBase | None = None
    response: Shape | None = None
    authentication: Authentication | None = None


class Fallback(Section):
    """When a human takes over."""

    triggers: list[Trigger] = Field(default_factory=list)


class Tool(Section):
    """What a language model may call."""

    name: Text
    description: Text | None = None


class System(Section):
    """What a chatbot may do in a system."""

    system: Text
    actions: Texts = Field(default_factory=list)


class Duties(Section):
    """What a chatbot must keep to."""

    no_pii: bool | None = Field(default=None, alias="noPII")
    no_financial_advice: bool | None = None
    disclaimers: Text | None = None
    approved_responses: Text | None = Field(default=None, alias="approved Responses")


class Chatbot(Section):
    """The language model and its limits."""

    engine: Text | None = None
    personality: Text | None = None
    system_prompt: Text | None = None
    tools: list[Tool] = Field(default_factory=list)
    context_window: Annotated[int, Field(ge=1, le=1000)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    compliance: Duties | None = None
    limitations: Texts = Field(default_factory=list)
    fallback_to_human: Fallback | None = None
    handoff: Fallback | None = None
    integrations: list[System] = Field(default_factory=list)


class EscalationTrigger(Section):
    """A condition and what it sets off."""

    condition: Text
    action: Text
    notify: Texts = Field(default_factory=list)
    sla: Target | None = None
    preserve_context: bool | None = None


class RoutingRule(Section):
    """Where tickets go for which the condition holds."""

    condition: Text
    team: Text | None = None
    priority: PriorityWord | None = None


class OutsideHours(Section):
    """What happens when nobody works."""

    action: Text
    message: Text | None = None
    escalate_urgent: bool | None = None


class Holidays(Section):
    """A country's public holidays, and dates of the account's own."""

    country: Text | None = None
    subdivision: Text | None = None
    dates: Texts = Field(default_factory=list)


class BusinessHours(Section):
    """When somebody works."""

    timezone: Text
    schedule: dict[str, Text]
    holidays: Holidays | Texts = Field(default_factory=list)
    outside_hours: OutsideHours | None = None


class Assignment(Section):
    """Whether tickets go to a team or on to one of its agents, and how much each of them takes."""

    to: Literal["team", "agent"] = "team"
    capacity: Annotated[float, Field(gt=0, le=1000)] = 5.0
    sticky: bool = True
    weights: dict[Text, Annotated[float, Field(gt=0, le=100)]] = Field(default_factory=dict)
    skills: dict[Text, Texts] = Field(default_factory=dict)


class Agent(Section):
    """What is said of one agent besides what the helpdesk knows."""

    skills: Texts = Field(default_factory=list)
    languages: Texts = Field(default_factory=list)
    teams: Texts = Field(default_factory=list)
    capacity: Annotated[float, Field(ge=0, le=1000)] | None = None
    level: Annotated[int, Field(ge=1, le=3)] = 1
    hours: BusinessHours | None = None
    takes: bool = True


class Block(Section):
    """What follows for a topic: for every category that has the word in its name."""

    immediate: bool | None = None
    notify: Texts | None = None
    freeze_account: Text | bool | None = Field(default=None, alias="freeze-account")
    law_enforcement: Text | bool | None = Field(default=None, alias="law-enforcement")
    sla: Target | None = None
    compliance_review: Text | bool | None = None
    documentation: Text | bool | None = None
    route_to: Text | None = Field(default=None, alias="route-to")


class Escalation(Section):
    """Targets, routes, hours, triggers, and blocks by topic."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Block]

    sla: dict[str, Target | dict[PriorityWord, Target]] = Field(default_factory=dict)
    triggers: list[EscalationTrigger] = Field(default_factory=list)
    routing: list[RoutingRule] = Field(default_factory=list)
    business_hours: BusinessHours | None = None
    teams: dict[Text, BusinessHours] = Field(default_factory=dict)
    """When a team works, where that is not when the account does."""
    assignment: Assignment = Field(default_factory=Assignment)
    warn_share: Annotated[float, Field(gt=0, lt=1)] | None = None


class Compliance(Section):
    """Which standards apply."""

    enabled: bool = True
    standards: Texts = Field(default_factory=list)
    reviewers: Texts = Field(default_factory=list)
    """Who releases what `complianceReview` holds back: addresses, or ids at the helpdesk."""
    recording_required: bool | None = None
    retention_period: Age | None = None
    encryption: Text | None = None
    redact: list[Literal["card", "cvv", "iban", "key", "national-id", "password", "ssn"]] = Field(default_factory=list)
    """What is taken out of customers' messages in the host itself, for good."""


class FraudDetection(Section):
    """What is watched for fraud."""

    anomalies: bool | None = None
    patterns: bool | None = None
    real_time_alerts: bool | None = Field(default=None, alias="real-time-alerts")


class Monitoring(Section):
    """What is watched."""

    compliance: dict[str, Texts] = Field(default_factory=dict)
    fraud_detection: FraudDetection | None = Field(default=None, alias="fraud-detection")


class Reporting(Section):
    """Who is told how often."""

    frequency: Text | None = None
    recipients: Texts = Field(default_factory=list)
    hour: Annotated[int, Field(ge=0, le=23)] = 8
    """The local hour at which it is sent."""


class Metric(Section):
    """A figure of the account's own."""

    name: Text
    target: Text | None = None
    calculation: Text | None = None


class Prices(Section):
    """What a person's hour and one of our answers cost, in the account's own money."""

    hour: Annotated[float, Field(ge=0)] = 25.0
    automatic: Annotated[float, Field(ge=0)] = 0.5


class Analytics(Section):
    """Which figures are kept, what they should be, and who is told."""

    metrics: Texts = Field(default_factory=list)
    custom_metrics: list[Metric] = Field(default_factory=list)
    dashboards: Texts = Field(default_factory=list)
    reporting: Reporting | None = None
    alerts: Texts = Field(default_factory=list)
    """Conditions about figures of the last week, such as ``automationRate < 60%``."""
    costs: Prices | None = None


class Contact(Section):
    """How somebody whom ``notify`` names is told."""

    chat: Text | None = None
    email: Annotated[str, AfterValidator(models.an_address)] | None = None
    webhook: Annotated[str, AfterValidator(models.a_link)] | None = None
    pager: bool = False
    acknowledge_minutes: int = Field(default=10, ge=1, le=1440)
    then: Text | None = None


class Limit(Section):
    """The most money that one operation may move, in the currency's smallest unit."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    per_action: Annotated[int, Field(ge=0)] | None = None
    per_ticket: Annotated[int, Field(ge=0)] | None = None
    per_day: Annotated[int, Field(ge=0)] | None = None


class GuideStep(Section):
    """One step of a guide: it asks, says something, or brings a person."""

    ask: Text | None = None
    answers: dict[Text, Text] = Field(default_factory=dict)
    say: Text | None = None
    then: Text | None = None
    human: bool = False


class Guide(Section):
    """A troubleshooting guide about one category."""

    title: Text
    category: Text
    start: Text
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] = "en"
    steps: dict[Text, GuideStep]


class Document(Section):
    """A whole configuration, as written."""

    service: Text
    channels: list[models.Channel] = Field(default_factory=list)
    classification: models.Classification
    auto_response: dict[str, Response] = Field(default_factory=dict)
    chatbot: Chatbot | None = None
    escalation: Escalation = Field(default_factory=lambda: Escalation.model_validate({}))
    integrations: dict[str, dict[str, Any]] = Field(default_factory=dict)
    compliance: Compliance | None = None
    privacy: PrivacySection = PrivacySection()
    monitoring: Monitoring | None = None
    analytics: Analytics | None = None
    contacts: dict[Text, Contact] = Field(default_factory=dict)
    agents: dict[Text, Agent] = Field(default_factory=dict)
    """By their mail address or id at the helpdesk."""
    facts: dict[Text, Annotated[Kind, Field(strict=False)]] = Field(default_factory=dict)
    """Facts of the account's own that its host gives us, each with its kind, for conditions to ask about."""
    limits: dict[Text, Limit] = Field(default_factory=dict)
    """Operation -> the most that it may move, such as ``refund``."""
    answers: AnswersSection = AnswersSection()
    experiments: list[ExperimentSection] = Field(default_factory=list)
    training: TrainingSection = TrainingSection()
    modes: models.Modes = models.Modes()
    knowledge: models.Knowledge = models.Knowledge()
    guides: dict[Text, Guide] = Field(default_factory=dict)
    templates: models.Templates = Field(default_factory=lambda: models.Templates.model_validate({}))
