"""The OpenAPI document says what is there, no more and no less."""

import re

import jsonschema
import pytest

from app.db.access import SCOPES
from app.web.api import ROOT
from tests.web.api.conftest import House

METHODS = {"GET", "POST", "PATCH", "PUT", "DELETE"}
GUIDE = {
    "getMetrics",
    "getBotMetrics",
    "getEffectiveness",
    "getAuditLog",
    "getComplianceReport",
    "updateTicket",
    "chatSend",
    "assignToAgent",
    "findAgent",
    "addExample",
}


@pytest.fixture
def document(house: House):
    answer = house.client.get(f"{ROOT}/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return answer.json


def every(document):
    return [(path, method, one) for path, methods in document["paths"].items() for method, one in methods.items()]


def test_every_route_is_in_it_and_everything_in_it_is_a_route(house: House, document) -> None:
    rules = house.client.application.url_map.iter_rules()
    hung = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix(ROOT)), method)
        for rule in rules
        if rule.rule.startswith(f"{ROOT}/")
        for method in rule.methods & METHODS
    }
    assert hung == {(path, method.upper()) for path, method, _ in every(document)}
    assert len(hung) >= 20


def test_no_route_takes_what_it_does_not_declare(house: House) -> None:
    """HEAD comes with GET; nobody is told about options without a token."""
    rules = [rule for rule in house.client.application.url_map.iter_rules() if rule.rule.startswith(f"{ROOT}/")]
    assert {frozenset(rule.methods - {"HEAD"}) <= METHODS for rule in rules} == {True}


def test_it_is_openapi_with_references_that_lead_somewhere(document) -> None:
    assert document["openapi"].startswith("3.1.")
    for reference in re.findall(r"'\$ref': '#/([^']+)'", str(document)):
        found = document
        for part in reference.split("/"):
            found = found[part]
    for name, schema in document["components"]["schemas"].items():
        assert name.isalpha(), "two models of one name"
        assert f"schemas/{name}'" in str(document), "nobody needs it"
        jsonschema.Draft202012Validator.check_schema(schema)


def test_everything_says_what_it_is_for_and_how_it_refuses(document) -> None:
    ids = [one["operationId"] for _, _, one in every(document)]
    assert len(ids) == len(set(ids))
    for _, method, one in every(document):
        assert one["summary"].endswith(".")
        assert {"400", "429", "500", "503"} <= set(one["responses"])
        assert ("requestBody" in one) is (method in ("post", "patch"))
        if one.get("security") != []:
            assert re.search(r"Scope: `(\w+)`", one["description"])[1] in SCOPES
            assert {"401", "403", "404"} <= set(one["responses"])


def test_every_post_takes_a_key(document) -> None:
    for path, method, one in every(document):
        named = {parameter["name"] for parameter in one["parameters"] if parameter["in"] == "header"}
        assert ("Idempotency-Key" in named) is (method in ("post", "patch")), path


def test_every_scope_is_good_for_something(document) -> None:
    used = {found[1] for _, _, one in every(document) if (found := re.search(r"Scope: `(\w+)`", one["description"]))}
    assert used == set(SCOPES)


def test_what_the_guide_calls_is_there(document) -> None:
    assert {one["operationId"] for _, _, one in every(document)} >= GUIDE
