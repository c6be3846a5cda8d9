"""The page on compliance: its standards, unknown until somebody looked, a planted card with nothing of it on the page."""

from sqlalchemy import text

from app import scanning
from app.db import access, accounts
from app.engine.compliance.standards import STANDARDS
from connectors.types import Level
from tests.flows.stage import CONFIGURATION
from tests.texts import without_ids
from tests.web.conftest import Receiver
from tests.web.pages.signing import SignsIn

PAGE = "/app/compliance"


def configured(receiver: Receiver, more: str) -> None:
    services = receiver.services
    with services.database.session() as session:
        now = services.database.now(session)
        accounts.configure(session, receiver.account, "shop.yaml", CONFIGURATION + more, now, "ana")


def test_without_standards_it_says_where_they_are_named(receiver: Receiver, signed_in: SignsIn) -> None:
    configured(receiver, "")
    assert "compliance.standards" in signed_in(Level.LEAD).get(PAGE).text


def test_checks_are_unknown_until_somebody_looked_and_fail_on_what_was_planted(
    receiver: Receiver, signed_in: SignsIn
) -> None:
    configured(receiver, "compliance: {standards: [PCI-DSS, SOC2, GDPR, HIPAA]}\n")
    browser = signed_in(Level.LEAD)
    first = browser.get(PAGE).text
    assert "No card numbers in storage" in first
    assert "UNKNOWN" in first
    assert "<code>deskhand audit verify</code>" in first
    assert "`" not in first.partition("<main")[2].partition("</main>")[0]
    with receiver.services.database.session() as session:
        session.execute(text("update account set name = '4111 1111 1111 1111'"))
    scanning.through(receiver.services.database)
    shown = browser.get(PAGE).text
    assert "not compliant" in shown
    assert f"account {receiver.account}, name" in shown
    assert "4111" not in without_ids(shown)
    assert browser.get(f"{PAGE}?period=2026-Q9").status_code == 200
    assert browser.get(f"{PAGE}?period=2025-Q1").status_code == 200


def test_what_is_about_no_ticket_leads_to_a_page_of_ours(receiver: Receiver, signed_in: SignsIn) -> None:
    configured(receiver, "compliance: {standards: [SOC2]}\n")
    with receiver.services.database.session() as session:
        given, _ = access.issue(session, receiver.account, ["read"], at=receiver.services.database.now(session))
    browser = signed_in(Level.LEAD)
    shown = browser.get(PAGE).text
    assert f"Token {given.id} does not say whose it is: end it with <code>deskhand account revoke</code>" in shown
    assert '<a href="/app/audit">Audit</a>' in shown
    for page in sorted({check.page for checks in STANDARDS.values() for check in checks} - {""}):
        assert browser.get(f"/app/{page}").status_code == 200, page


def test_it_is_a_leads_page(receiver: Receiver, signed_in: SignsIn) -> None:
    configured(receiver, "")
    assert signed_in(Level.AGENT).get(PAGE).status_code == 403
