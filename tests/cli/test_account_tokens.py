"""Tokens for our API, from the command line: shown once, listed without themselves, ended at once."""

from datetime import UTC, datetime

import pyotp
import pytest
from sqlalchemy import text

from app.db import access
from app.db.database import Database
from app.errors import UnknownRecord


def allowed(prepared, token: str) -> frozenset[str]:
    database = Database(prepared.database_url)
    try:
        with database.reading() as session:
            return access.of_token(session, token, datetime.now(UTC)).scopes
    finally:
        database.dispose()


def test_a_token_is_shown_once_and_works(deskhand, prepared, account):
    given = deskhand(
        "account", "token", account, "--scope", "chat", "--scope", "agents", "--label", "site", "--json"
    ).json
    assert allowed(prepared, given["token"]) == {"chat", "agents"}
    listed = deskhand("account", "tokens", account, "--json")
    assert [(one["id"], one["label"], one["scopes"]) for one in listed.json["tokens"]] == [
        (given["id"], "site", "agents chat")
    ]
    assert given["token"] not in listed.out


def test_a_token_may_be_given_a_rate_of_its_own(deskhand, prepared, account):
    given = deskhand("account", "token", account, "--scope", "read", "--rate", "30", "--json").json
    database = Database(prepared.database_url)
    with database.reading() as session:
        assert access.of_token(session, given["token"], datetime.now(UTC)).per_minute == 30
    database.dispose()


def test_people_read_the_token_and_how_to_end_it(deskhand, prepared, account):
    shown = deskhand("account", "token", account, "--scope", "signals", "--days", "30")
    token, *rest = shown.out.split()
    assert allowed(prepared, token) == {"signals"}
    assert deskhand("account", "revoke", account, rest[-1]).code == 0
    with pytest.raises(UnknownRecord):
        allowed(prepared, token)
    assert rest[-1] in deskhand("account", "tokens", account).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("token", "acme"),
        ("token", "acme", "--scope", "everything"),
        ("token", "nobody", "--scope", "chat"),
        ("token", "acme", "--scope", "chat", "--days", "0"),
        ("token", "acme", "--scope", "chat", "--rate", "0"),
        ("revoke", "acme", "no-such-token"),
    ],
)
def test_what_is_wrong_is_said_as_wrong_usage(deskhand, account, arguments):
    assert deskhand("account", *arguments).code == 2


def test_messages_are_approved_word_for_word(deskhand, tmp_path, configuration):
    strict = configuration.read_text() + "chatbot: {compliance: {approved Responses: required}}\n"
    configuration.write_text(strict + "templates: {hello: Good day.}\n")
    assert deskhand("account", "add", "bank", "--config", str(configuration)).code == 0
    given = deskhand("account", "approve", "bank", "hello", "one-time-code", "--by", "Ana", "--json")
    assert given.json == {"approved": ["hello", "one-time-code"]}
    configuration.write_text(strict + "templates: {hello: Good evening.}\n")
    assert deskhand("account", "add", "bank", "--config", str(configuration)).code == 0
    assert deskhand("account", "approve", "bank", "--by", "Ana", "--json").json == {"approved": ["one-time-code"]}
    assert "not approved" in deskhand("account", "approve", "bank", "--by", "Ana").out
    assert deskhand("account", "approve", "bank", "no-such", "--by", "Ana").code == 2


def test_a_customer_is_given_an_authenticator_that_is_shown_once(deskhand, prepared, account):
    shown = deskhand("account", "authenticator", account, "ana@customer.example")
    invited = pyotp.parse_uri(shown.out.strip())
    assert (invited.name, invited.issuer) == ("ana@customer.example", account)
    database = Database(prepared.database_url)
    with database.reading() as session:
        assert invited.secret not in str(session.execute(text("select * from authenticator")).all())
    database.dispose()
    assert deskhand("account", "authenticator", "nobody", "ana@customer.example").code == 2
