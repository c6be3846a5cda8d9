"""``deskhand gaps``: shown, approved into the knowledge, rejected for good."""

from datetime import UTC, datetime

import pytest

from app.db import accounts, articles, gaps
from app.engine.gaps import Difference, Said
from app.services import Services

NOW = datetime.now(UTC)


@pytest.fixture
def said(account, prepared):
    """Three tickets' answers with one sentence that no article has, and three with another."""
    services = Services(prepared)
    with services.database.session() as session:
        found = accounts.named(session, account)
        for n in range(6):
            text = ("Parcels to the islands take one week longer", "Gift cards never expire in our shops")[n % 2]
            one = Difference(f"d{n}", f"t{n}", "order-status", f"p{n}", (Said(text),))
            gaps.observe(session, found.id, one, NOW)
    return services, found.id


def test_a_proposal_is_approved_or_rejected_once(deskhand, account, said):
    services, account_id = said
    first, second = deskhand("gaps", "--account", account, "--json").json["gaps"]
    ran = deskhand("gaps", "--account", account, "--approve", first["id"], "--by", "ada")
    assert (ran.code, first["id"] in ran.out) == (0, False)
    left = deskhand("gaps", "--account", account, "--reject", second["id"], "--by", "bob", "--json").json["gaps"]
    assert left == []
    told = deskhand("gaps", "--account", account, "--all", "--json").json["gaps"]
    assert {(one["state"], one["by"]) for one in told} == {("approved", "ada"), ("rejected", "bob")}
    with services.database.reading() as session:
        assert [one.text for one in articles.listed(session, account_id)] == [first["proposed"]]
    again = deskhand("gaps", "--account", account, "--approve", first["id"], "--by", "ada")
    assert (again.code, "--approve" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "field"), [(("--approve", "x"), "--by"), (("--approve", "x", "--reject", "y"), "--reject")]
)
def test_what_is_wrong_is_named(deskhand, account, arguments, field):
    ran = deskhand("gaps", "--account", account, *arguments)
    assert (ran.code, field in ran.err) == (2, True)
