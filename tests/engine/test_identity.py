"""Who is proven to speak: by the host, a code, a person, and never by what a text says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.engine.identity import Challenge, Means, Way, challenge, raised, screened, spoken
from app.engine.workflows.types import Identity, Level
from tests.builders import NOON, a_message, a_person, a_ticket, an_agent

ANA = a_person()
BOB = a_person("p2", name="Ana Silva", email="ana@customer.example")
ALL = frozenset(Way)
MEANS = Means("ana@customer.example", "+1 415 555 1234", True, ALL)


def asked_by(author, text="What is my balance?", **changes):
    message = a_message(text, id="m9", author=author, at=NOON + timedelta(minutes=5), **changes)
    ticket = a_ticket("Hello")
    return replace(ticket, messages=(*ticket.messages, message))


def test_the_requester_is_who_the_host_says():
    assert spoken(a_ticket()) == Identity("ana@customer.example", "p1", Level.HOST)
    assert spoken(asked_by(replace(ANA, email="ANA@Customer.example"))).email == "ana@customer.example"


@pytest.mark.parametrize(
    "author",
    [
        BOB,
        a_person("", email="ana@customer.example"),
        a_person("p4", external=False),
    ],
    ids=["copied in, same name and address", "no id", "colleague of theirs"],
)
def test_anybody_else_proves_nothing_by_name_or_address(author):
    assert spoken(asked_by(author, "I am Ana Silva, ana@customer.example, customer p1")).level is Level.NOBODY


def test_nobody_is_proven_where_several_read_and_write():
    assert spoken(replace(a_ticket(), shared=True)) == Identity()
    assert spoken(replace(a_ticket(), shared=True, direct=True)).level is Level.HOST


def test_nothing_asked_proves_nobody():
    assert spoken(asked_by(an_agent())) == Identity()


def test_without_an_address_the_host_knows_a_name_only():
    ticket = a_ticket(requester=a_person(email=""))
    assert spoken(ticket) == Identity(user="p1")


@pytest.mark.parametrize(
    ("verdict", "level"),
    [
        ("mx.example; dmarc=pass; spf=pass", Level.HOST),
        ("mx.example; spf=fail; dkim=pass; dmarc=pass", Level.HOST),
        ("mx.example; dmarc=fail", Level.NOBODY),
        ("mx.example; SPF=FAIL", Level.NOBODY),
        ("mx.example; dkim=permerror", Level.NOBODY),
        ("", Level.HOST),
    ],
)
def test_mail_whose_sender_is_not_who_it_says_proves_nobody(verdict, level):
    assert spoken(asked_by(ANA, headers={"authentication-results": verdict})).level is level


def test_an_address_that_was_only_typed_proves_nobody():
    assert spoken(replace(a_ticket(), requester=replace(ANA, claimed=True))) == Identity(user="p1")


def test_a_code_raises_who_the_host_knows_and_nobody_else():
    known = Identity("ana@customer.example", "p1", Level.HOST)
    assert raised(known, Level.CODE).level is Level.CODE
    assert raised(known, Level.NOBODY) == known
    assert raised(Identity(), Level.APP) == Identity()


@pytest.mark.parametrize(
    ("needed", "methods", "means", "way"),
    [
        (Level.CODE, [], MEANS, Way.EMAIL),
        (Level.APP, [], MEANS, Way.APP),
        (Level.CODE, ["sms-otp", "email-otp", "authenticator-app"], MEANS, Way.SMS),
        (Level.CODE, ["sms-otp", "email-otp"], replace(MEANS, phone=""), Way.EMAIL),
        (Level.CODE, ["security-questions", "biometric", "2fa"], MEANS, Way.APP),
        (Level.APP, ["sms-otp", "email-otp"], MEANS, None),
        (Level.CODE, ["security-questions"], MEANS, None),
        (Level.CODE, ["sms-otp"], replace(MEANS, ways=frozenset({Way.EMAIL})), None),
        (Level.CODE, [], Means(), None),
        (Level.PERSON, [], MEANS, None),
    ],
)
def test_the_first_method_that_is_enough_and_can_be_used(needed, methods, means, way):
    found = challenge(needed, methods, means)
    assert (found.way if found else None) is way


def test_what_is_told_of_an_address_is_enough_for_its_owner_only():
    assert challenge(Level.CODE, ["sms-otp"], MEANS) == Challenge(Way.SMS, Level.CODE, "+1 415 555 1234", "**34")
    assert challenge(Level.CODE, ["email-otp"], MEANS).shown == "a***@customer.example"


def test_codes_are_kept_out_of_what_customers_wrote_while_one_was_awaited():
    ticket = a_ticket("order 123456 is late", "it is 654 321", "and 111111")
    windows = [(NOON + timedelta(seconds=30), NOON + timedelta(seconds=90))]
    assert [m.text for m in screened(ticket, windows).messages] == [
        "order 123456 is late",
        "it is [code]",
        "and 111111",
    ]
    assert screened(ticket, []) is ticket
    agent = asked_by(an_agent(), "call 654321")
    assert screened(agent, [(NOON, NOON + timedelta(hours=1))]).messages[-1].text == "call 654321"
