import io
import json
import logging
import sys

import pytest

from app import logs
from connectors.errors import Unavailable

log = logging.getLogger("app.test")


@pytest.fixture
def lines():
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.set_up("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, level = before
    root.setLevel(level)


def test_a_line_has_the_event_its_fields_and_a_time_in_utc(lines):
    log.info("ticket.classified", extra={"category": "billing", "took": 0.25, "again": False})
    (line,) = lines()
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "ticket.classified",
        "logger": "app.test",
        "category": "billing",
        "took": 0.25,
        "again": False,
    }


def test_context_is_on_every_line_inside_and_gone_outside(lines):
    with logs.context(account="a1"), logs.context(ticket="t1"):
        log.info("one.done")
    log.info("two.done")
    one, two = lines()
    assert (one["account"], one["ticket"]) == ("a1", "t1")
    assert "account" not in two


@pytest.mark.parametrize(
    "name", ["token", "bot_token", "signing_secret", "Authorization", "apiKey", "text", "email", "body"]
)
def test_a_field_with_a_secrets_name_is_hidden(lines, name):
    log.warning("thing.odd", extra={name: "hunter2"})
    assert lines()[0][name] == logs.HIDDEN


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:hunter2@db/x", "postgresql://u:[hidden]@db/x"),
        ("redis://:hunter2@host:6379", "redis://:[hidden]@host:6379"),
        ("sent Bearer hunter2", "sent Bearer [hidden]"),
        ("used xoxb-12-hunter2 there", "used [hidden] there"),
        ("for jo.doe+x@mail.example.com", "for [hidden]"),
    ],
)
def test_a_secrets_shape_is_hidden_wherever_it_stands(lines, text, shown):
    log.info("thing.seen", extra={"where": text})
    logging.getLogger("library").warning("%s", text)
    ours, foreign = lines()
    assert (ours["where"], foreign["event"]) == (shown, shown)


def test_a_foreign_errors_words_are_left_out_and_its_place_kept(lines):
    try:
        raise ValueError("the customer wrote: hunter2")
    except ValueError:
        log.exception("job.failed")
    (line,) = lines()
    assert line["error"].startswith("ValueError at test_logs.py:")
    assert "hunter2" not in json.dumps(line)


def test_our_own_errors_say_what_they_promise_with_the_foreign_cause_named(lines):
    try:
        try:
            raise OSError("hunter2")
        except OSError as error:
            raise Unavailable("no answer within 10 s") from error
    except Unavailable:
        log.error("vendor.silent", exc_info=sys.exc_info())
    (line,) = lines()
    assert line["error"].startswith("Unavailable: no answer within 10 s at ")
    assert " from OSError at " in line["error"]
    assert "hunter2" not in json.dumps(line)


def test_libraries_are_heard_from_warning_up_only(lines):
    logging.getLogger("urllib3").info("GET /users/jo")
    assert lines() == []


def test_what_cannot_be_json_becomes_text(lines):
    log.info("thing.odd", extra={"what": {1, 2}, "none": None})
    assert lines()[0]["what"] == "{1, 2}"
    assert lines()[0]["none"] is None


def test_lines_for_people_say_the_same_and_hide_the_same():
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.set_up("INFO", stream, plain=True)
    with logs.context(ticket="t1"):
        log.warning("ticket.odd", extra={"token": "hunter2", "took": 3})
    root.handlers, level = before
    root.setLevel(level)
    assert stream.getvalue()[12:].split() == [
        "warning",
        "ticket.odd",
        'logger="app.test"',
        'ticket="t1"',
        f'token="{logs.HIDDEN}"',
        "took=3",
    ]


def test_what_ends_a_process_is_a_line_without_foreign_words(lines):
    try:
        raise ValueError("the customer wrote: hunter2")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    (line,) = lines()
    assert (line["event"], line["level"]) == ("process.crashed", "critical")
    assert "hunter2" not in json.dumps(line)
