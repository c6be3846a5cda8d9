"""What becomes of each setting: every leaf has one state, and what is said to work changes what the engine is told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from app.engine.configuration import Configuration, ConfigurationError, State, load, report
from app.engine.configuration.flows import Document
from app.engine.configuration.reading import leaves, read, shown
from app.engine.configuration.states import TABLE, fits
from tests.engine.seeds import NAMES, seed, seeds

WORKING = """
service: shop
integrations:
  jira: {autoCreateTickets: true, syncStatus: true, closeSolved: true}
  github: {searchIssues: true, createIssues: true, labelMapping: {plain: bug}}
  datadog: {fetchMetrics: true, correlateErrors: true}
  stripe: {fetchSubscription: true, updatePaymentMethod: false}
channels:
  - type: email
    address: help@shop.example
    responseTime: 3h
    context: {userRole: true, featureUsage: false}
    widget: {proactive: {enabled: true, triggers: [{condition: timeOnPage > 30, message: Hi}]}}
  - {type: sms, keywords: {ORDER: plain}}
classification:
  vip: {enabled: true, criteria: [lifetimeValue > 10000, {loyaltyTier: platinum}], priorityLevel: high}
  categories:
    - name: plain
      keywords: [order, where is]
      confidence: 0.8
      autoResolve: true
    - {name: asks-human, requiresHuman: true}
    - {name: diagnosed, requiresContext: [browserInfo]}
    - {name: asks-human-too, requireHuman: true}
    - {name: hurries, urgent: true}
    - {name: ranked, priority: low}
    - {name: assigned, assignTo: desk}
    - {name: escalated, escalateTo: desk}
    - {name: promised, sla: 15m}
    - {name: silent, knowledgeBase: false}
    - {name: signed-in, requiresAuth: true}
    - {name: strict, authentication: strict}
    - {name: known, authenticationRequired: true}
    - {name: verified, requireVerification: true}
    - {name: documented, requireDocumentation: true}
    - {name: reviewed, complianceReview: true}
    - {name: alerted, alertSecurity: true}
    - {name: fraud}
  sentiment: {enabled: true, escalateNegative: true, threshold: -0.4}
  grouped: {categories: [{name: grouped-plain, keywords: [x], priority: high}]}
  listed: [{name: listed-plain, keywords: [x], priority: high}]
autoResponse:
  plain:
    enabled: false
    workflow: [{action: acknowledge-receipt, sla: provide-update-within-2-days}]
    response: {format: step-by-step, includeRelatedArticles: 3}
    knowledgeBase: {source: product-catalog, vectorSearch: false, semanticMatching: true}
  hurries: {requireHuman: true, knowledgeBase: {includeSimilarProducts: true}}
  listedPlain: {authentication: {methods: [sms-otp], required: true}}
chatbot:
  engine: gpt-4
  personality: friendly-helpful
  systemPrompt: Be brief.
  contextWindow: 20
  limitations: [no-account-changes]
  compliance: {approved Responses: required, noFinancialAdvice: true, disclaimers: always-show}
  temperature: 0.3
  tools: [{name: search_documentation, description: Use it.}]
  fallbackToHuman: {triggers: [attempts > 3, {customerRequest: true}]}
  handoff: {triggers: [sensitive-request, {confidence-threshold: 0.9}]}
escalation:
  sla: {urgent: 1h, gold: {critical: 15m}}
  routing: [{condition: category == 'plain', team: desk, priority: high}]
  fraud: {sla: 2h, route-to: fraud-desk, immediate: true, notify: [ana], freeze-account: conditional}
  triggers: [{condition: category == 'plain', action: escalate-to-desk, notify: [ana], sla: 3h}]
  businessHours:
    timezone: Europe/Berlin
    schedule: {monday-friday: '9:00-17:00'}
    holidays: {country: DE, subdivision: BE, dates: [2026-12-27]}
    outsideHours: {action: auto-respond, message: Later., escalateUrgent: true}
  teams: {desk: {timezone: Europe/Berlin, schedule: {monday-friday: '8:00-12:00'}}}
  assignment: {to: agent, capacity: 4.0, sticky: true, weights: {plain: 2.0}, skills: {plain: [api]}}
  warnShare: 0.3
agents: {ana@shop.example: {skills: [api], languages: [de], teams: [desk], capacity: 3.0, level: 1, takes: true}}
contacts: {ana: {chat: C1, email: ana@shop.example, webhook: 'https://x.example', pager: true, acknowledgeMinutes: 10}, bob: {pager: false}}
facts: {seatsLeft: number}
modes: {default: shadow, categories: {plain: deflect}}
knowledge: {enabled: true, passages: 2}
compliance: {enabled: true, standards: [PCI-DSS], redact: [card], reviewers: [maria@x.example], retentionPeriod: 7-years}
privacy: {consent: {required: [memory], fields: {memory: user.consent}}, retention: {notices: 30-days}}
limits: {refund: {currency: EUR, perAction: 5000, perTicket: 9000, perDay: 10000}}
answers: {perDay: 100, perRequesterPerDay: 2}
training: {schedule: weekly, minExamples: 200, validationSplit: 0.25}
experiments:
  - name: voices
    variants: {A: {style: concise, temperature: 0.2, engine: gpt-4}, B: {greeting: Hi, closing: Bye}}
    human: 0.1
    categories: [plain]
    metric: resolution
    duration: 14-days
guides:
  lamp:
    title: A lamp
    category: grouped-plain
    start: one
    steps: {one: {ask: "Which?", answers: {a: two, b: end}}, two: {say: Done.}}
analytics:
  metrics: [automationRate]
  customMetrics: [{name: documentation, calculation: resolved-by-kb / total-kb-suggestions, target: '> 60%'}]
  dashboards: [support-overview]
  reporting: {frequency: daily, recipients: [ana], hour: 7}
  alerts: [automationRate < 60%]
  costs: {hour: 30.0, automatic: 0.4}
monitoring:
  compliance: {pci-dss: [no-cvv-ever]}
  fraud-detection: {anomalies: true, patterns: true, real-time-alerts: true}
templates: {greeting: Hi, closing: Bye, disclosure: A robot wrote this., human: Ask for Ana., hello: Good day.}
"""
OTHERS = {
    "required": "optional",
    "card": "cvv",
    "always-show": "never",
    "sla": "77m",
    "urgent": "77m",
    "critical": "77m",
    "number": "text",
    "webhook": "https://y.example",
    "ana": "bob",
    "ana@shop.example": "bob@shop.example",
    "conditional": "none",
    "escalate-to-desk": "escalate",
    "acknowledge-receipt": "log-access",
    "timezone": "Europe/Paris",
    "monday-friday": "9:00-16:00",
    "to": "team",
    "country": "AT",
    "subdivision": "BY",
    "2026-12-27": "2026-12-28",
    "responseTime": "77m",
    "priority": "normal",
    "priorityLevel": "low",
    "plain": "off",
    "default": "off",
    "condition": "category == 'other'",
    "address": "other@shop.example",
    "name": "renamed",
    "type": "chat",
    "sensitive-request": "customer-request",
    "attempts > 3": "attempts > 4",
    "lifetimeValue > 10000": "lifetimeValue > 1",
    "automationRate": "resolutionRate",
    "resolved-by-kb / total-kb-suggestions": "resolved / escalated",
    "> 60%": "> 70%",
    "support-overview": "escalation-analysis",
    "automationRate < 60%": "automationRate < 50%",
    "daily": "weekly",
}


def other(path: tuple[str | int, ...], value: Any) -> Any:
    """Another value that is allowed in the same place."""
    if path[-1] == "authentication":
        return None
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value / 2 if isinstance(value, float) else value + 1
    return OTHERS.get(value) or OTHERS.get(str(path[-1])) or f"{value}x"


def changed(value: Any, path: tuple[str | int, ...]) -> Any:
    """The same settings with one of them changed."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = other(path, inner[path[-1]])
    return copy


def told(value: Any) -> Configuration | str:
    """What the engine is told, apart from the file itself; or that the change makes no sense, which is telling too."""
    try:
        configuration = load(json.dumps(value), name="x")
    except ConfigurationError as refused:
        return str(refused)
    return replace(configuration, digest="", settings={}, lines={})


SETTINGS = read(WORKING, "working.yaml").value
LEAVES = tuple(leaves(SETTINGS))
TOLD = told(SETTINGS)
WORKS = [line.path for line in report(load(WORKING, name="working.yaml")) if line.state is State.WORKS]


@pytest.mark.parametrize(("path", "value"), LEAVES, ids=[shown(path) for path, _ in LEAVES])
def test_what_is_said_to_work_changes_what_the_engine_is_told(path: tuple[str | int, ...], value: Any) -> None:
    assert (told(changed(SETTINGS, path)) != TOLD) == (shown(path) in WORKS)


def test_every_line_of_the_table_that_says_works_is_among_them() -> None:
    said = {pattern for pattern, verdict in TABLE if not callable(verdict) and verdict[0] is State.WORKS}
    said -= {p for p in said if p.startswith(("classification.*.*.", "classification.*.categories."))}
    paths = [path for path, _ in leaves(SETTINGS)]
    assert [p for p in sorted(said) if not any(fits(p, path) for path in paths)] == []


def test_every_line_about_categories_that_says_works_is_among_them() -> None:
    said = {
        p.split(".")[3]
        for p, v in TABLE
        if p.startswith("classification.*.*.") and not callable(v) and v[0] is State.WORKS
    }
    assert said <= {str(part) for path, _ in leaves(SETTINGS) for part in path}


@seeds
@pytest.mark.parametrize("name", NAMES)
def test_every_leaf_of_the_users_own_files_has_one_state(name: str) -> None:
    text = seed(name)
    lines = report(load(text, name=name))
    assert [line.path for line in lines] == [shown(path) for path, _ in leaves(read(text, name).value)]
    assert all(line.text and line.line for line in lines)


@seeds
@pytest.mark.parametrize("name", NAMES)
def test_the_users_own_files_lack_only_what_is_told(name: str) -> None:
    lines = report(load(seed(name), name=name))
    later = ("compliance.", "monitoring.", "escalation.")
    assert [line.path for line in lines if line.state is State.NOT_YET and not line.path.startswith(later)] == []
    unreached = (".notify[", ".recipients[")
    warned = {one.path for one in lines if one.state is State.WARNING and not any(w in one.path for w in unreached)}
    assert warned <= {
        "channels[1].address",
        "channels[1].address[0]",
        "escalation.technical.sla",
        "escalation.technical.route-to",
    }


def alternatives(kind: Any) -> Iterator[Any]:
    """The kinds that an annotation may mean."""
    if get_origin(kind) is Annotated:
        yield from alternatives(get_args(kind)[0])
    elif get_origin(kind) in {Union, UnionType}:
        for inner in get_args(kind):
            yield from alternatives(inner)
    else:
        yield kind


def possible(annotation: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path that can end in a value, with a zero for a place in a list and ``x`` for a free name."""
    for kind in alternatives(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from inside(kind, path)
            continue
        yield path
        if get_origin(kind) in {list, dict}:
            yield from possible(get_args(kind)[-1], (*path, 0 if get_origin(kind) is list else "x"))


def inside(model: type[BaseModel], path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The paths in a section, and its own, for it may be empty where nothing in it is required."""
    if not any(field.is_required() for field in model.model_fields.values()):
        yield path
    for field in model.model_fields.values():
        yield from possible(field.annotation, (*path, str(field.alias)))
    if extra := model.__annotations__.get("__pydantic_extra__"):
        yield from possible(get_args(extra)[1], (*path, "x"))


def test_every_setting_that_can_be_written_fits_a_line_of_the_table() -> None:
    # An empty classification is refused, because it names no category.
    paths = set(possible(Document)) - {("classification",)}
    assert len(paths) > 150
    assert [shown(p) for p in sorted(paths, key=shown) if not any(fits(pattern, p) for pattern, _ in TABLE)] == []


@pytest.mark.parametrize(
    ("pattern", "path", "fit"),
    [
        ("a.*.b", ("a", 0, "b"), True),
        ("a.*.b", ("a", 0, "c"), False),
        ("a.*.b", ("a", 0, "b", 1), False),
        ("a.**", ("a",), True),
        ("a.**", ("a", "b", 1), True),
        ("a.**", ("b",), False),
        ("a.b.**", ("a",), False),
    ],
)
def test_patterns(pattern: str, path: tuple[str | int, ...], fit: bool) -> None:
    assert fits(pattern, path) is fit


@pytest.mark.parametrize(
    ("more", "path", "state"),
    [
        ("channels: [{type: email, address: nobody}]", "channels[0].address", State.WARNING),
        ("channels: [{type: phone, recording: always}]", "channels[0].recording", State.HOST),
        ("escalation: {moon: {sla: 1h}}", "escalation.moon.sla", State.WARNING),
        ("escalation: {own: {sla: 1h}}", "escalation.own.sla", State.WARNING),
        (
            "escalation: {routing: [{condition: vip && attempts > 2, team: x}]}",
            "escalation.routing[0].team",
            State.WORKS,
        ),
        ("escalation: {triggers: [{condition: vip, action: escalate}]}", "escalation.triggers[0].action", State.WORKS),
        ("escalation: {own: {notify: [ana]}}", "escalation.own.notify[0]", State.WARNING),
        ("escalation: {moon: {immediate: true}}", "escalation.moon.immediate", State.WARNING),
        ("chatbot: {handoff: {triggers: [attempts < 1 || vip]}}", "chatbot.handoff.triggers[0]", State.WORKS),
        ("chatbot: {engine: gpt-4}", "chatbot.engine", State.WORKS),
        ("chatbot: {personality: pirate}", "chatbot.personality", State.WARNING),
        ("chatbot: {tools: [{name: refund}]}", "chatbot.tools[0].name", State.NOT_YET),
        ("chatbot: {compliance: {noPII: true}}", "chatbot.compliance.noPII", State.WORKS),
        ("chatbot: {compliance: {noPII: false}}", "chatbot.compliance.noPII", State.WARNING),
        ("autoResponse: {own: {response: {format: poem}}}", "autoResponse.own.response.format", State.NOT_YET),
        ("modes: {}", "modes", State.WARNING),
        ("channels: []", "channels", State.WARNING),
    ],
)
def test_states_that_depend_on_the_value(more: str, path: str, state: State) -> None:
    text = f"service: a\nclassification: {{categories: [{{name: own, sla: 15m}}]}}\n{more}\n"
    assert {line.path: line.state for line in report(load(text, name="a"))}[path] is state
