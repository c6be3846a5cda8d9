"""Every answer of ours carries what protects it: each route of the URL map, each method, each kind of mistake."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import abort
from werkzeug.routing import Rule

from app.errors import DatabaseDown
from app.settings import Settings
from app.web.headers import DEFAULTS
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.conftest import SignsIn, browsers
from tests.web.vendors import Vendor


def addresses(receiver: Receiver) -> Iterator[tuple[str, str]]:
    rules: list[Rule] = list(receiver.client.application.url_map.iter_rules())
    for rule in rules:
        path = "/".join("x" if part.startswith("<") else part for part in rule.rule.split("/"))
        for method in sorted(rule.methods or ()):
            yield method, path


def bare(answer) -> list[str]:
    """What is missing or weak."""
    missing = [name for name in DEFAULTS if not answer.headers.get(name)]
    policy = answer.headers.get("Content-Security-Policy", "")
    loose = [word for word in ("default-src 'none'", "frame-ancestors") if word not in policy]
    return missing + loose + [word for word in ("unsafe-eval", "*") if word in policy]


def test_every_route_and_method(receiver: Receiver) -> None:
    seen = list(addresses(receiver))
    assert len(seen) > 100
    found = {f"{method} {path}": bare(receiver.client.open(path, method=method)) for method, path in seen}
    assert {where: what for where, what in found.items() if what} == {}


def test_pages_of_somebody_who_is_signed_in(receiver: Receiver) -> None:
    sign_in: SignsIn = browsers(receiver)
    browser = sign_in()
    for method, path in addresses(receiver):
        if method == "GET" and path.startswith("/app/") and "x" not in path.split("/"):
            answer = browser.get(path)
            assert bare(answer) == [], path
            assert "unsafe-inline" not in answer.headers["Content-Security-Policy"], path
    with browser.get("/app/static/pages.css") as file:
        assert (file.status_code, bare(file)) == (200, [])


def test_answers_to_vendors(receiver: Receiver, vendor: Vendor) -> None:
    id = receiver.connect(vendor)
    body = json.dumps(vendor.event("d-1")).encode()
    for headers in ({}, None):
        answer = receiver.post(vendor, id, body, headers)
        assert (bare(answer), answer.headers["X-Content-Type-Options"]) == ([], "nosniff")


@pytest.mark.parametrize("error", [RuntimeError("our mistake"), DatabaseDown("away"), 413, 431])
def test_answers_to_mistakes(receiver: Receiver, error: Exception | int) -> None:
    app = receiver.client.application
    app._got_first_request = False

    @app.get("/broken")
    def broken() -> str:
        if isinstance(error, int):
            abort(error)
        raise error

    answer = app.test_client().get("/broken")
    assert answer.status_code in (500, 503, 413, 431)
    assert bare(answer) == []
    assert "our mistake" not in answer.text


def test_tls_is_for_good_where_the_public_address_says_so(prepared: Settings) -> None:
    opened = open_receiver(replace(prepared, public_url="https://desk.example"))
    for path in ("/healthz", "/nowhere", "/app/signin", "/api/v1/tickets"):
        assert opened.client.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"
    opened.services.dispose()


def test_and_is_not_promised_without(receiver: Receiver) -> None:
    assert "Strict-Transport-Security" not in receiver.client.get("/healthz").headers
