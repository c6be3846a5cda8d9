"""Every address under ``/app``, taken from the map itself: who is not signed in, may not, or asks for what is another account's."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.web.pages.door import FREE, NAMED
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.conftest import Foreign
from tests.web.pages.signing import SignsIn

OPEN = {"pages.static", "pages.ask", "pages.enter", "pages.offer", "pages.leave", "pages.back", "pages.over"}
"""What needs no session: the stylesheet, and the door itself."""


def rules(app: Flask) -> list[Rule]:
    return [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("pages.") and rule.endpoint not in OPEN
    ]


def level_of(app: Flask, rule: Rule) -> Level:
    return app.view_functions[rule.endpoint].level  # type: ignore[attr-defined]


def calls(app: Flask, values: dict[str, str]) -> Iterator[tuple[Rule, str, str]]:
    """(rule, method, address) for every page, with ``values`` in its address."""
    adapter = app.url_map.bind("localhost")
    for rule in rules(app):
        address = adapter.build(rule.endpoint, {name: values.get(name, "x") for name in rule.arguments})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, address


def test_every_page_says_who_may_see_it_and_whose_it_is(receiver: Receiver) -> None:
    app = receiver.client.application
    assert len(rules(app)) >= 2
    for rule in rules(app):
        assert isinstance(level_of(app, rule), Level), rule
        assert rule.arguments <= set(NAMED) | FREE, rule


def test_nobody_sees_a_page_without_a_session(receiver: Receiver, foreign: Foreign) -> None:
    client = receiver.client
    for rule, method, address in calls(client.application, vars(foreign)):
        for headers in ({}, {"X-Deskhand-Session": "made up"}, {"Cookie": "deskhand=made-up"}):
            answer = client.open(address, method=method, headers=headers)
            assert answer.status_code == 401, (rule, method, answer.status_code)


def test_a_role_that_is_too_small_opens_nothing(receiver: Receiver, foreign: Foreign, signed_in: SignsIn) -> None:
    app = receiver.client.application
    for rule, method, address in calls(app, vars(foreign)):
        for level in Level:
            if level.rank < level_of(app, rule).rank:
                browser = signed_in(level)
                answer = browser.get(address) if method == "GET" else browser.post(address)
                assert answer.status_code == 403, (rule, method, level)


def test_what_belongs_to_another_account_is_not_there(receiver: Receiver, foreign: Foreign, signed_in: SignsIn) -> None:
    for rule, method, address in calls(receiver.client.application, vars(foreign)):
        if rule.arguments & set(NAMED):
            browser = signed_in(Level.ADMIN)
            answer = browser.get(address) if method == "GET" else browser.post(address)
            assert answer.status_code == 404, (rule, method)


def test_a_form_that_no_page_of_ours_sent_is_refused(receiver: Receiver, foreign: Foreign, signed_in: SignsIn) -> None:
    evil = [
        ({}, {}),
        ({"csrf": "0" * 64}, {}),
        (None, {"Origin": "https://evil.example"}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
    ]
    for rule, method, address in calls(receiver.client.application, vars(foreign)):
        for data, headers in evil if method != "GET" else ():
            browser = signed_in(Level.ADMIN)
            given = browser.post(address, headers=headers) if data is None else None
            answer = given or browser.client.open(address, method=method, data=data, headers=headers)
            assert answer.status_code == 403, (rule, data, headers)


@pytest.mark.parametrize("framed_by", ["", "https://acme.example"])
def test_every_page_is_locked(receiver: Receiver, foreign: Foreign, signed_in: SignsIn, framed_by: str) -> None:
    """Also what is refused: nothing foreign loads, and only the host of the session may frame it."""
    browser = signed_in(Level.ADMIN, framed_by=framed_by)
    for rule, method, address in calls(receiver.client.application, vars(foreign)):
        if method == "GET":
            answer = browser.get(address)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy, rule
            assert f"frame-ancestors {framed_by or chr(39) + 'none' + chr(39)}" in policy, rule
            assert answer.headers["Cache-Control"] == "no-store"
            assert "<script>" not in answer.text and " style=" not in answer.text and " onclick=" not in answer.text
