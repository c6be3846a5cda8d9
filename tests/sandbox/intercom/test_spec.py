"""The played API against the vendor's own OpenAPI document: what our connector sends, and what the double answers."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from app.sandbox.intercom.door import Call
from connectors.types import OpenTicket
from tests.connectors.intercom import stage as stages
from tests.connectors.intercom.stage import CHANGES

SPEC = Path(__file__).resolve().parents[4] / "shared" / "specs" / "intercom-2.14.yaml"
pytestmark = pytest.mark.skipif(not SPEC.is_file(), reason="the vendor's OpenAPI document is not here")

KNOWN = re.compile(r"\$\.data\[\d+\]\.model: 'conversation' is not one of")
"""The document lets one ask for a conversation's attributes, and forgot the word in the answer."""


LATER = "/conversations/attributes"
"""Asked for in the words of 2.16, which is the first that has it."""


@cache
def document(file: Path = SPEC) -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(modern(yaml.load(file.read_text(), Loader=loader)))


def modern(node: Any) -> Any:
    """OpenAPI 3.0's ``nullable`` as JSON Schema says it."""
    if isinstance(node, list):
        return [modern(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: modern(value) for name, value in node.items() if name not in ("example", "examples", "format")}
    if found.pop("nullable", False) is True:
        return {"anyOf": [found, {"type": "null"}]}
    return found


def operation(call: Call) -> tuple[str, Mapping[str, Any]]:
    """The document's operation for a call, and its path there."""
    for path, methods in sorted(document()["paths"].items(), key=lambda row: row[0].count("{")):
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), call.path) and call.method.lower() in methods:
            return path, methods[call.method.lower()]
    raise AssertionError(f"{call.method} {call.path} is not in the document")


def problems(value: Any, content: Mapping[str, Any] | None) -> Iterator[str]:
    schema = ((content or {}).get("application/json") or {}).get("schema")
    if schema is None:
        return
    whole = {**schema, "components": document()["components"]}
    for error in Draft202012Validator(whole).iter_errors(value):
        yield f"{error.json_path}: {error.message[:200]}"


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    """Everything that the connector ever calls."""
    with stages.open() as stage:
        connector = stage.connector
        connector.check()
        for number, change in enumerate(CHANGES.values()):
            connector.apply(stage.ref, [change], key=f"k{number}")
        connector.apply(stage.ref, [CHANGES[OpenTicket]], key="again", since=stage.world.clock.now())
        stage.host.article("Guide", "<p>x</p>")
        stage.host.article("Runbook", "<p>x</p>", internal=True)
        list(connector.articles(None))
        list(connector.changed(stage.world.clock.now()))
        connector.prepare({"a": "A"})
        connector.ticket(stage.ref)
        return [call for call in stage.host.door.calls if call.path != LATER]


def test_every_kind_of_call_is_among_them(calls: list[Call]) -> None:
    assert {operation(call)[0] for call in calls} >= {
        "/me",
        "/conversations/{conversation_id}",
        "/conversations/{conversation_id}/reply",
        "/conversations/{conversation_id}/parts",
        "/conversations/{conversation_id}/tags",
        "/conversations/search",
        "/contacts/{contact_id}",
        "/contacts/{contact_id}/companies",
        "/contacts/search",
        "/tags",
        "/teams",
        "/articles",
        "/internal_articles",
        "/data_attributes",
    }


def told(calls: list[Call], part: str) -> Mapping[str, list[str]]:
    """What does not fit, by operation."""
    found: dict[str, list[str]] = {}
    for call in calls:
        path, wanted = operation(call)
        if part == "sent":
            content, value = (wanted.get("requestBody") or {}).get("content"), call.sent
        else:
            content, value = wanted["responses"][str(call.status)].get("content"), call.answer
        lines = [line for line in problems(value, content) if value is not None and not KNOWN.match(line)]
        found.setdefault(f"{call.method} {path}", []).extend(lines)
    return {name: lines for name, lines in found.items() if lines}


def test_what_we_send_is_what_the_document_takes(calls: list[Call]) -> None:
    assert told(calls, "sent") == {}


def test_what_the_double_answers_is_what_the_document_says(calls: list[Call]) -> None:
    assert told(calls, "answer") == {}


def test_an_attribute_is_made_as_the_later_document_says() -> None:
    later = document(SPEC.with_name("intercom-2.16.yaml"))
    wanted = later["paths"][LATER]["post"]
    with stages.open() as stage:
        stage.host.people.modern = True
        stage.connector.prepare({"a": "A"})
        (call,) = [call for call in stage.host.door.calls if call.path == LATER]
    whole = {"components": later["components"]}
    sent = wanted["requestBody"]["content"]["application/json"]["schema"]
    answer = wanted["responses"]["200"]["content"]["application/json"]["schema"]
    assert call.status == 200
    assert [*Draft202012Validator({**sent, **whole}).iter_errors(call.sent)] == []
    assert [*Draft202012Validator({**answer, **whole}).iter_errors(call.answer)] == []


def test_a_wrong_call_would_be_told() -> None:
    wrong = Call("POST", "/conversations/1/reply", {"message_type": "shout", "type": "admin"}, 200, {"type": 3})
    assert told([wrong], "sent")
    assert told([wrong], "answer")
