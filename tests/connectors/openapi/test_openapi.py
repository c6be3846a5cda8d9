"""Any API by its file: what is read, what is refused, what cannot be said through an input, and what the admin has to say."""

import json
from collections.abc import Iterator

import pytest
import requests
import yaml

from app.sandbox.backends.appointments import FILE, RISKS
from app.sandbox.world import Fault
from connectors.base import Connection
from connectors.errors import BadPayload, NotFound, Refused, Unavailable, Unsupported
from connectors.openapi import OpenApi
from connectors.openapi.document import read
from connectors.operations import Risk
from tests.connectors.openapi.stage import AppointmentStage
from tests.connectors.openapi.stage import open as opened

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def stage() -> Iterator[AppointmentStage]:
    with opened() as found:
        yield found


def described(paths: dict, **more) -> str:
    schemes = {"components": {"securitySchemes": {"t": {"type": "http", "scheme": "bearer"}}}}
    return json.dumps({"openapi": "3.0.3", "info": {"title": "Things"}, "paths": paths, **schemes, **more})


def thing(**more) -> dict:
    return {"operationId": "getThing", "responses": {}, **more}


def backend(document: str, where: str = NOBODY, **settings: str) -> OpenApi:
    return OpenApi(Connection("c", where, {"document": document, **settings}, {"token": "t"}))


# --- the file -------------------------------------------------------------------------------------------------


def test_inputs_and_outputs_come_from_parameters_bodies_and_answers(stage: AppointmentStage) -> None:
    book = stage.backend.operations["book_appointment"]
    assert set(book.inputs) == {"slot", "name", "email"}
    assert book.optional == ("Idempotency-Key",)
    assert set(book.outputs) == {"appointment", "at"}
    assert stage.backend.operations["open_slots"].optional == ("kind",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "openapi"),
        ("[1, 2]", "openapi"),
        ("swagger: '2.0'", "openapi"),
        ("openapi: 3.0.0\npaths: {}", "paths"),
        ("a: &x [1]\nb: *x", "document"),
        ("{", "document"),
        ("a: " + "[" * 5000, "document"),
        (described({"/a": {"get": thing()}, "/b": {"get": thing()}}), "operationId"),
        (described({"/a/{id}": {"get": thing()}}), "/a/{id}"),
        (described({"/a": {"get": thing(parameters=[{"name": "c", "in": "cookie", "schema": {}}])}}), "parameters/0"),
        (described({"/a": {"get": thing(parameters=[{"name": "c", "in": "query"}])}}), "schema"),
        (described({"/a": {"post": thing(requestBody={"content": {"text/xml": {}}})}}), "content"),
        (described({"/a": {"$ref": "https://evil.example/paths.yaml"}}), "$ref"),
        (described({"/a": {"$ref": "file:///etc/passwd"}}), "$ref"),
        (described({"/a": {"get": thing(requestBody={"$ref": "#/components/nothing"})}}), "nothing"),
        (described({"/a": {"$ref": "#/paths/~1a"}}), "paths"),
    ],
)
def test_a_file_that_cannot_be_done_exactly_is_refused_by_its_place(text: str, named: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        read(text)
    assert named in refusal.value.path
    assert refusal.value.remedy


def test_references_inside_the_file_are_followed_and_old_words_understood() -> None:
    document = read(
        described(
            {"/a/{id}": {"parameters": [{"$ref": "#/components/parameters/id"}], "get": thing()}},
            components={
                "parameters": {
                    "id": {"name": "id", "in": "path", "required": True, "schema": {"$ref": "#/components/schemas/id"}}
                },
                "schemas": {"id": {"type": "string", "nullable": True, "minimum": 1, "exclusiveMinimum": True}},
            },
        )
    )
    assert document.endpoints["getThing"].parameters[0].name == "id"
    assert document.contents["components"]["schemas"]["id"] == {"type": ["string", "null"], "exclusiveMinimum": 1}


def test_a_date_in_a_file_stays_text() -> None:
    document = read(described({"/a": {"get": thing()}}).replace('"Things"', '"Things", "x-since": 2024-01-01'))
    assert document.contents["info"]["x-since"] == "2024-01-01"


def test_without_an_address_the_files_own_counts_if_it_is_whole() -> None:
    paths = {"/a": {"get": thing()}}
    assert (
        read(described(paths, servers=[{"url": "https://api.example.com/v1"}])).server == "https://api.example.com/v1"
    )
    for url in ("http://api.example.com", "/v1", "https://{host}/v1", "https://a b"):
        assert read(described(paths, servers=[{"url": url}])).server == ""
    with pytest.raises(BadPayload, match="base_url"):
        backend(described(paths), where="")


# --- risk -----------------------------------------------------------------------------------------------------


def test_what_nobody_spoke_of_is_irreversible_also_a_get() -> None:
    operations = backend(described({"/a": {"get": thing()}})).operations
    assert operations["getThing"].risk is Risk.IRREVERSIBLE


@pytest.mark.parametrize(
    "settings",
    [
        {"risks": "nothing=read"},
        {"risks": "cancel_appointment=read"},
        {"risks": "book_appointment=reversible"},
        {"risks": "book_appointment=reversible:nothing"},
        {"risks": "book_appointment=harmless"},
        {"owners": "open_slots=nobody"},
        {"amounts": "book_appointment=price"},
    ],
)
def test_a_slip_of_the_admins_is_refused_when_connecting(settings: dict[str, str]) -> None:
    with pytest.raises(BadPayload):
        backend(FILE.read_text("utf-8"), **settings)


def test_owner_and_amount_are_what_the_admin_names() -> None:
    text = FILE.read_text("utf-8")
    made = backend(text, risks=RISKS, owners="open_slots=slots", amounts="book_appointment=slot").operations
    assert (made["open_slots"].owner, made["book_appointment"].amount) == ("slots", "slot")


def test_an_api_that_drops_no_repeats_is_never_asked_twice(stage: AppointmentStage) -> None:
    settings = {**stage.backend._settings, "key_header": ""}
    careful = OpenApi(Connection("c", stage.backend._api._rest._base, settings, {"token": stage.played.key}))
    inputs = stage.examples["book_appointment"]
    stage.world.faults.order(Fault("reset_after", method="POST"))
    with pytest.raises(Unavailable):
        careful.run("book_appointment", inputs, key="k")
    with pytest.raises(Refused, match="may have been done already"):
        careful.run("book_appointment", inputs, key="k", since=stage.world.clock.now())
    assert len(stage.played.booked) == 1


# --- inputs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["../slots", "a/b", "x?y=z", "x#y", "%2e%2e/slots", "Ł", "a b"])
def test_no_input_leaves_its_place_in_the_address(stage: AppointmentStage, id: str) -> None:
    stage.played.booked[id] = {"slot": "1", "at": ""}
    stage.played.booked["safe"] = {"slot": "2", "at": ""}
    if "/" in id:
        with pytest.raises(NotFound):
            stage.backend.run("cancel_appointment", {"appointment": id}, key="k")
    else:
        stage.backend.run("cancel_appointment", {"appointment": id}, key="k")
    assert "safe" in stage.played.booked


@pytest.mark.parametrize("id", ["", ".", "..", None])
def test_an_empty_part_of_the_address_is_refused(stage: AppointmentStage, id) -> None:
    with pytest.raises(Unsupported):
        stage.backend.run("cancel_appointment", {"appointment": id}, key="k")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"slot": 7}, "slot"),
        ({"name": None}, "name|required|body"),
        ({"more": "x"}, "more"),
        ({"Idempotency-Key": "a\r\nX-Evil: 1"}, "header"),
    ],
)
def test_inputs_are_held_to_the_file_before_anything_is_sent(stage: AppointmentStage, changes, named: str) -> None:
    with pytest.raises(Unsupported, match=named) as refusal:
        stage.backend.run("book_appointment", {**stage.examples["book_appointment"], **changes}, key="k")
    assert "Jane" not in str(refusal.value)
    assert stage.played.booked == {}


def test_an_answer_is_held_to_the_file(stage: AppointmentStage) -> None:
    stage.played.answers = {"slots": [{"slot": 5, "at": "now", "kind": "call"}]}
    with pytest.raises(BadPayload) as refusal:
        stage.backend.run("open_slots", stage.examples["open_slots"])
    assert refusal.value.path.endswith("slots.0.slot")


# --- who we are -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "headers"),
    [
        ({"type": "http", "scheme": "bearer"}, {"Authorization": "Bearer t"}),
        ({"type": "http", "scheme": "Basic"}, {"Authorization": "Basic dTpw"}),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"X-Key": "t"}),
        ({"type": "oauth2", "flows": {}}, {"Authorization": "Bearer t"}),
    ],
)
def test_we_say_who_we_are_as_the_file_wants_it(scheme: dict, headers: dict[str, str]) -> None:
    document = yaml.safe_load(FILE.read_text("utf-8"))
    document["components"]["securitySchemes"]["key"] = scheme
    secrets = {"token": "t", "username": "u", "password": "p"}
    made = OpenApi(Connection("c", NOBODY, {"document": json.dumps(document)}, secrets))
    request = made._api._rest._session.prepare_request(requests.Request("GET", NOBODY))
    assert {name: request.headers.get(name) for name in headers} == headers


def test_a_key_of_the_query_is_one() -> None:
    document = yaml.safe_load(FILE.read_text("utf-8"))
    document["components"]["securitySchemes"]["key"] = {"type": "apiKey", "in": "query", "name": "k"}
    made = OpenApi(Connection("c", NOBODY, {"document": json.dumps(document)}, {"token": "t"}))
    assert made._api._query == {"k": "t"}


@pytest.mark.parametrize("scheme", [{"type": "mutualTLS"}, {"type": "apiKey", "in": "cookie", "name": "k"}, None])
def test_a_way_that_we_do_not_have_is_said_when_connecting(scheme) -> None:
    document = yaml.safe_load(FILE.read_text("utf-8"))
    document["components"]["securitySchemes"] = {"key": scheme} if scheme else {}
    with pytest.raises(BadPayload, match="securitySchemes"):
        OpenApi(Connection("c", NOBODY, {"document": json.dumps(document)}, {"token": "t"}))


def test_the_probe_has_to_be_a_read_and_is_called(stage: AppointmentStage) -> None:
    assert stage.backend.check()["account"] == "Appointments"
    with pytest.raises(Refused, match="probe"):
        backend(FILE.read_text("utf-8"), risks=RISKS, probe="book_appointment").check()
