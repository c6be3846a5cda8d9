"""What a configuration answers when the engine asks."""

from datetime import date, timedelta

import pytest

from app.engine.configuration import Configuration, load
from app.engine.configuration.complying import whole
from app.engine.types import Mode
from connectors.types import Priority
from tests.engine.seeds import seed, seeds


def settled(categories: str = "[{name: order-status}, {name: card-fraud}]", more: str = "") -> Configuration:
    return load(f"service: shop\nclassification: {{categories: {categories}}}\n{more}\n", name="shop.yaml")


@pytest.mark.parametrize(
    ("categories", "more", "mode", "why"),
    [
        ("[{name: a}]", "", Mode.ASSIST, "mode_install"),
        ("[{name: a, autoResolve: true}]", "", Mode.DEFLECT, "mode_auto_resolve"),
        ("[{name: a, autoResolve: true}]", "modes: {default: off}", Mode.OFF, "mode_default"),
        ("[{name: a}]", "modes: {default: resolve}", Mode.RESOLVE, "mode_default"),
        ("[{name: a}]", "modes: {default: resolve, categories: {a: shadow}}", Mode.SHADOW, "mode_category"),
        ("[{name: b}]", "modes: {default: shadow}", Mode.SHADOW, "mode_default"),
    ],
)
def test_the_mode_that_is_asked_for(categories: str, more: str, mode: Mode, why: str) -> None:
    asked, reason = settled(categories, more).mode("a")
    assert (asked, reason.code) == (mode, why)


@pytest.mark.parametrize(
    "wish",
    [
        "requiresHuman: true",
        "requiresHuman: conditional",
        "requireHuman: true",
        "requiresAuth: true",
        "authentication: strict",
        "authenticationRequired: true",
        "requireVerification: true",
        "requireDocumentation: true",
        "complianceReview: true",
        "alertSecurity: true",
    ],
)
def test_what_only_a_person_can_see_to(wish: str) -> None:
    assert settled(f"[{{name: a, {wish}}}]").categories[0].requires_human


@pytest.mark.parametrize(
    ("more", "human"), [("enabled: false", True), ("requireHuman: true", True), ("enabled: true", False)]
)
def test_an_answer_that_is_switched_off_is_a_persons(more: str, human: bool) -> None:
    known = settled(more=f"autoResponse: {{orderStatus: {{{more}}}}}").category("order-status")
    assert known
    assert known.requires_human is human


@pytest.mark.parametrize(
    ("word", "priority"),
    [("critical", Priority.URGENT), ("urgent", Priority.URGENT), ("medium", Priority.NORMAL), ("low", Priority.LOW)],
)
def test_words_for_priorities(word: str, priority: Priority) -> None:
    assert settled(f"[{{name: a, priority: {word}}}]").categories[0].priority is priority


def test_urgent_counts_before_a_priority() -> None:
    assert settled("[{name: a, urgent: true, priority: low}]").categories[0].priority is Priority.URGENT


def test_a_category_is_found_by_name_or_not_at_all() -> None:
    assert settled().category("order-status") == settled().categories[0]
    assert settled().category("") is None


def test_a_block_speaks_for_the_categories_with_its_word_in_their_name() -> None:
    configuration = settled(more="escalation: {frauds: {sla: 10-business-days, route-to: fraud-desk}}")
    known, other = configuration.category("card-fraud"), configuration.category("order-status")
    assert known
    assert (known.sla, known.team) == ("10-business-days", "fraud-desk")
    assert other
    assert (other.sla, other.team) == ("", "")


def test_what_a_category_says_itself_counts_before_a_block() -> None:
    configuration = settled(
        "[{name: fraud, sla: 1h, escalateTo: guards}]", "escalation: {fraud: {sla: 2h, route-to: desk}}"
    )
    assert (configuration.categories[0].sla, configuration.categories[0].team) == ("1h", "guards")


def test_routes_are_asked_in_order() -> None:
    configuration = settled(
        more="""escalation:
  routing:
    - {condition: "vip == true && attempts > 2", team: both}
    - {condition: vip == true, team: first}
    - {condition: category == 'order-status', team: second, priority: low}"""
    )
    known = {"vip": True, "category": "order-status", "attempts": 3}
    assert [route.team for route in configuration.routes] == ["both", "first", "second"]
    for facts, team in ((known, "both"), (known | {"attempts": 1}, "first"), (known | {"vip": False}, "second")):
        route = configuration.route(facts)
        assert route
        assert route.team == team
    assert configuration.route({"category": "x"}) is None


def test_triggers_for_a_human_in_all_their_notations() -> None:
    configuration = settled(
        more="""chatbot:
  fallbackToHuman: {triggers: [sentiment < -0.5, {customerRequest: true}, "attempts < 1 && shared"]}
  handoff: {triggers: [customer-request, sensitive-request, compliance-concern, {confidence-threshold: 0.9}]}"""
    )
    assert [one.text for one in configuration.fallbacks] == [
        "sentiment < -0.5",
        "customerRequest == true",
        "attempts < 1 && shared",
        "customerRequest == true",
        "sensitiveRequest == true",
        "complianceConcern == true",
        "confidence < 0.9",
    ]


@pytest.mark.parametrize(
    ("sentiment", "anger"),
    [
        ("threshold: -0.3", -0.3),
        ("threshold: -0.3, enabled: false", -0.6),
        ("threshold: -0.3, escalateNegative: false", -0.6),
    ],
)
def test_switching_sentiment_off_leaves_a_careful_default(sentiment: str, anger: float) -> None:
    configuration = load(
        f"service: a\nclassification: {{categories: [{{name: a}}], sentiment: {{{sentiment}}}}}", name="a"
    )
    assert configuration.anger == anger


@pytest.mark.parametrize(
    ("more", "quotes"), [("", 3), ("knowledge: {passages: 5}", 5), ("knowledge: {enabled: false}", 0)]
)
def test_knowledge_can_be_widened_and_switched_off(more: str, quotes: int) -> None:
    assert settled(more=more).quotes == quotes


def test_our_own_addresses_are_the_real_ones() -> None:
    channels = "channels: [{type: email, address: Help@Shop.example}, {type: email, address: [not one]}, {type: chat}]"
    assert settled(more=channels).addresses == {"help@shop.example"}


def test_templates_replace_the_sentences_that_they_name() -> None:
    templates = settled(more="templates: {greeting: '', human: Ask for Ana.}").templates
    assert (templates.greeting, templates.human) == ("", "Ask for Ana.")
    assert templates.disclosure == "This is an automated answer."


@seeds
def test_the_shop() -> None:
    shop = load(seed("ecommerce.yaml"), name="ecommerce.yaml")
    assert [c.name for c in shop.categories][:2] == ["order-status", "returns"]
    assert shop.mode("order-status")[0] is Mode.DEFLECT
    route = shop.route({"category": "payment-issues"})
    assert route
    assert (route.team, route.priority) == ("payments-team", Priority.HIGH)


@seeds
def test_the_software_company() -> None:
    saas = load(seed("saas.json"), name="saas.json")
    assert {c.group for c in saas.categories} == {"technical", "business"}


@seeds
def test_the_bank() -> None:
    bank = load(seed("fintech.yaml"), name="fintech.yaml")
    fraud, dispute = bank.category("fraud-report"), bank.category("transaction-dispute")
    assert fraud
    assert (fraud.sla, fraud.team, fraud.priority) == ("15m", "fraud-team", Priority.URGENT)
    assert dispute
    assert dispute.sla == "10-business-days"
    assert {c.name for c in bank.categories if not c.requires_human} == {"balance-inquiry"}
    assert bank.workflows["balance-inquiry"].steps[0].name == "verify-identity"


@pytest.mark.parametrize("years", range(1, 11))
@pytest.mark.parametrize("begun", [date(2024, 2, 28), date(2025, 3, 1), date(2026, 11, 22), date(2027, 12, 31)])
def test_what_has_to_be_kept_is_not_taken_away_before_its_day(years: int, begun: date) -> None:
    over = begun.replace(year=begun.year + years)
    assert timedelta(0) <= begun + whole(f"{years}-years") - over <= timedelta(days=1)
    assert whole("400-days") - timedelta(days=400) <= timedelta(days=1)
