"""What is wrong with a configuration is said with file, line, path and what would be right; everything at once."""

import pytest

from app.engine.configuration import Configuration, ConfigurationError, load
from tests.engine.seeds import NAMES, seed, seeds

SERVICE = """service: shop
classification:
  categories:
    - name: order-status
      keywords: [order]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load(text, name="shop.yaml")
    return [str(problem) for problem in refused.value.problems]


@seeds
@pytest.mark.parametrize("name", NAMES)
def test_the_users_own_files_load_unchanged(name: str) -> None:
    assert isinstance(load(seed(name), name=name), Configuration)


def test_a_small_file_is_enough() -> None:
    assert load(SERVICE, name="shop.yaml").service == "shop"


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("servise: x", "shop.yaml:6: servise: is no setting; did you mean service?"),
        ("zzz: 1", "shop.yaml:6: zzz: is no setting; known here: agents, analytics,"),
        (
            "      keyword: [x]",
            "shop.yaml:6: classification.categories[0].keyword: is no setting; did you mean keywords?",
        ),
        ("      confidence: 1.2", "categories[0].confidence: is out of bounds; it should be less than or equal to 1"),
        ("      confidence: high", "categories[0].confidence: is not a number; write it without quotes"),
        ("      autoResolve: yes", "categories[0].autoResolve: is not a switch; write true or false"),
        ("      priority: hihg", "categories[0].priority: 'hihg' is not known here; did you mean high?"),
        ("      sla: soon", "categories[0].sla: 'soon' is no target; write 15m,"),
        (
            "      requiresHuman: sometimes",
            "categories[0].requiresHuman: 'sometimes' is no answer; write true, false or cond",
        ),
        ("      assignTo: ''", "categories[0].assignTo: is empty"),
        (
            "    - {name: order-status}",
            "categories[1].name: order-status is given twice; first at classification.categories[0]",
        ),
        ("    - {keywords: [x]}", "shop.yaml:6: classification.categories[1].name: is missing; add it"),
        ("    - {name: Order Status}", "categories[1].name: is no name; use lower-case letters"),
        ("    - order", "categories[1]: is not a mapping of settings"),
        ("  sentimnt: {enabled: true}", "classification.sentimnt.categories: is missing; did you mean sentiment?"),
        ("  sentiment: {threshold: -2}", "classification.sentiment.threshold: is out of bounds"),
        ("  vip: {criteria: [{a: 1, b: 2}]}", "shop.yaml:6: classification.vip.criteria[0]: "),
        (
            "  more: {categories: [{nam: x}]}",
            "classification.more.categories[0].nam: is no setting; did you mean name?",
        ),
        ("  more: [{nam: x}]", "classification.more[0].nam: is no setting; did you mean name?"),
        ("channels: [{type: emial}]", "channels[0].type: 'emial' is no channel; did you mean email?"),
        ("channels: [{type: email, adress: x}]", "channels[0].adress: is no setting; did you mean address?"),
        ("channels: {type: email}", "channels: is not a list"),
        (
            "autoResponse: {orderStatos: {}}",
            "autoResponse.orderStatos: is about no category; did you mean order-status?",
        ),
        (
            "autoResponse: {orderStatus: {workflow: [{action: fetchOrder}]}}",
            "action: 'fetchOrder' is no action; did you mean",
        ),
        (
            "autoResponse: {orderStatus: {workflow: [{action: fetchMetrics, timerange: x}]}}",
            "workflow[0].timerange: is no setting; did you mean timeRange?",
        ),
        (
            "autoResponse: {orderStatus: {passwordReset: {expiry: 1h}}}",
            "passwordReset.expiry: is no setting; did you mean",
        ),
        (
            "autoResponse: {orderStatus: {passwordReset: {expiration: x}}}",
            "passwordReset.expiration: 'x' is no length of time",
        ),
        ("chatbot: {temperature: 3}", "chatbot.temperature: is out of bounds"),
        ("chatbot: {compliance: {nopii: true}}", "chatbot.compliance.nopii: is no setting; did you mean noPII?"),
        ("escalation: {sla: {urgant: 1h}}", "escalation.sla.urgant: is no priority; did you mean urgent?"),
        ("escalation: {sla: {high: 3x}}", "escalation.sla.high: '3x' is no target"),
        ("escalation: {sla: {pro: {hihg: 3h}}}", "did you mean high?"),
        ("escalation: {fraud: {notfy: [x]}}", "escalation.fraud.notfy: is no setting; did you mean notify?"),
        ("escalation: {routing: [{team: x}]}", "escalation.routing[0].condition: is missing"),
        ("integrations: {jria: {project: X}}", "integrations.jria: is no system we know; did you mean jira?"),
        ("integrations: {jira: {projekt: X}}", "integrations.jira.projekt: is no setting; did you mean project?"),
        ("integrations: {jira: {syncStatus: 1}}", "integrations.jira.syncStatus: is not a switch"),
        ("integrations: {jira: {project: true}}", "integrations.jira.project: is not a text"),
        ("integrations: {github: {labelMapping: [x]}}", "integrations.github.labelMapping: is not a mapping of words"),
        ("compliance: {retentionPeriod: long}", "compliance.retentionPeriod: 'long' is no length of time"),
        ("modes: {default: of}", "modes.default: 'of' is not known here; did you mean off?"),
        (
            "modes: {categories: {order-statos: assist}}",
            "modes.categories.order-statos: is no category; did you mean order-",
        ),
        (
            "escalation: {routing: [{condition: sentimnt < 0, team: x}]}",
            "escalation.routing[0].condition: 'sentimnt' is no fact (column 1); did you mean sentiment?",
        ),
        (
            "escalation: {triggers: [{condition: vip && responseTime > 2, action: x}]}",
            "a length of time is compared with a number (column 8); write the unit, as in 2h or 30m",
        ),
        (
            "autoResponse: {orderStatus: {workflow: [{action: fetchMetrics, condition: category == 'x'}]}}",
            "workflow[0].condition: 'x' is no category (column 13); known here: order-status",
        ),
        (
            "channels: [{type: chat, widget: {proactive: {triggers: [{condition: timeOnPag > 3, message: x}]}}}]",
            "triggers[0].condition: 'timeOnPag' is no fact (column 1); did you mean timeOnPage?",
        ),
        ("  vip: {criteria: [{moon: full}]}", "vip.criteria[0]: 'moon' is no fact (column 1); "),
        ("chatbot: {handoff: {triggers: [custmer-request]}}", "handoff.triggers[0]: 'custmer-request' is no fact"),
        ("chatbot: {fallbackToHuman: {triggers: [attempts]}}", "triggers[0]: attempts is a number, which alone"),
        ("facts: {seats-left: numbr}", "facts.seats-left: 'numbr' is not known here; did you mean number?"),
        (
            "escalation: {triggers: [{condition: customerRequest, action: handof-to-human}]}",
            "escalation.triggers[0].action: 'handof-to-human' is no action; did you mean handoff-to-human?",
        ),
        (
            "escalation: {triggers: [{condition: vip, action: escalate-to-}]}",
            "'escalate-to-' is no action; did you mean",
        ),
        (
            "contacts: {ana: {webhook: 'https://a:b@x.example'}}",
            "is no link; write https://your-domain.example/path, without",
        ),
        ("contacts: {ana: {email: nobody}}", "contacts.ana.email: 'nobody' is no mail address; write name@"),
        ("knowledge: {passages: 0}", "knowledge.passages: is out of bounds"),
        ("knowledge: {passages: two}", "knowledge.passages: is not a whole number"),
        ("templates: {disclosure: ''}", "templates.disclosure: is empty"),
    ],
)
def test_a_mistake_is_said_with_its_place_and_its_remedy(added: str, said: str) -> None:
    found = problems(f"{SERVICE}{added}\n")
    assert len([p for p in found if said in p]) == 1, found
    assert all(p.startswith(("shop.yaml:6: ", "shop.yaml:3: ")) for p in found)


def test_a_file_without_categories_is_told_so() -> None:
    assert problems("service: a\nclassification: {sentiment: {}}") == [
        "shop.yaml:2: classification: names no category; add a list of categories"
    ]
    assert problems("service: a") == ["shop.yaml:1: classification: is missing; add it"]


def test_all_mistakes_are_said_at_once_in_the_order_of_the_file() -> None:
    found = problems(f"{SERVICE}      urgent: 1\nmodes: {{default: 1}}\nchannels: [{{}}]\n")
    assert [p.split(": ")[1] for p in found] == [
        "classification.categories[0].urgent",
        "modes.default",
        "channels[0].type",
    ]


def test_a_long_value_is_not_repeated() -> None:
    secret = "hunter2" * 20
    assert not any(secret in p for p in problems(f"{SERVICE}modes: {{default: {secret}}}\n"))
