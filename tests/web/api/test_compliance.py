"""A quarter by its standards: the guide's fields, nothing passed that nobody looked at, and only one's own."""

from datetime import timedelta

from sqlalchemy import text

from app import scanning
from app.db import stories
from app.engine.compliance.facts import Violation
from app.engine.compliance.standards import STANDARDS
from app.engine.outcomes import Story
from app.reports.compliance import where
from tests.builders import NOON
from tests.flows.stage import CONFIGURATION
from tests.texts import without_ids
from tests.web.api.conftest import House

GUIDE = {
    "period",
    "totalInteractions",
    "complianceChecks",
    "fraudCases",
    "fraudResolved",
    "fraudPending",
    "avgFraudResolutionTime",
    "customerSatisfaction",
}


def report(house: House, **query: str):
    return house.read("/audit/compliance", **({"period": "2026-Q1", "standards": "PCI-DSS,GDPR"} | query))


def test_the_guides_fields_are_there_and_nothing_passes_unseen(house: House) -> None:
    house.asks()
    told = report(house)
    assert set(told) == GUIDE | {"evidence", "violations"}
    assert (told["period"], told["totalInteractions"]) == ("2026-Q1", 1)
    pci, gdpr = told["complianceChecks"]["PCI-DSS"], told["complianceChecks"]["GDPR"]
    assert set(pci) == {"compliant", "violations", "checks"}
    assert set(gdpr) == set(pci) | {"rightsRequests", "avgResponseTime"}
    assert set(gdpr["rightsRequests"]) == {"right-to-erasure", "data-portability", "access-request"}
    assert pci["compliant"] is None
    assert pci["checks"][0] == "No card numbers in chat: UNKNOWN"
    assert report(house, period="2025-Q4")["totalInteractions"] == 0


def test_what_is_found_fails_with_the_way_to_it(house: House) -> None:
    house.asks()
    with house.stage.database.session() as session:
        session.execute(text("update problem set text = 'x'"))
        session.execute(
            text("update account set name = 'pays with 4111 1111 1111 1111' where id = :id"), {"id": house.account.id}
        )
    scanning.through(house.stage.database)
    house.stage.pass_time(60)
    told = report(house, standards="PCI-DSS")
    pci = told["complianceChecks"]["PCI-DSS"]
    assert (pci["compliant"], pci["violations"]) == (False, 1)
    assert "No card numbers in storage: FAIL" in pci["checks"]
    assert "No CVV storage: UNKNOWN" in pci["checks"], "conversations were not looked at by the clock yet"
    (wrong,) = told["violations"]
    assert (wrong["standard"], wrong["check"]) == ("PCI-DSS", "No card numbers in storage")
    assert wrong["text"].endswith(f"account {house.account.id}, name")
    assert "4111" not in without_ids(told)


def test_a_violation_leads_to_its_ticket_or_to_the_page_that_shows_more() -> None:
    known = {check.name: check for checks in STANDARDS.values() for check in checks}
    here, there = Violation("x", NOON), Violation("x", NOON, "https://desk.example/1")
    assert where(known["audit-trail"], here, "https://d.example/") == "https://d.example/app/audit"
    assert where(known["audit-trail"], there, "https://d.example") == "https://desk.example/1"
    assert where(known["encrypted-storage"], here, "https://d.example") == ""


def test_another_accounts_findings_are_its_own(house: House, neighbour: House) -> None:
    with house.stage.database.session() as session:
        session.execute(
            text("update account set name = '4111 1111 1111 1111' where id = :id"), {"id": house.account.id}
        )
    scanning.through(house.stage.database)
    house.stage.pass_time(60)
    assert report(house)["complianceChecks"]["PCI-DSS"]["compliant"] is False
    assert report(neighbour)["complianceChecks"]["PCI-DSS"]["compliant"] is None


def test_cases_of_fraud_are_counted_with_how_long_they_took(house: House) -> None:
    first, second = house.asks(), house.asks()
    text_ = "    - {name: fraud-report, keywords: [stolen]}\nmodes:"
    house.stage.configure(
        CONFIGURATION.replace("modes:", text_, 1) + "monitoring: {fraud-detection: {patterns: true}}\n"
    )
    at = house.stage.time
    with house.stage.database.session() as session:
        for name, solved in ((first, at + timedelta(days=2, hours=7, minutes=12)), (second, None)):
            told = Story(name, "p", "x", "fraud-report", at, solved_at=solved, rating=5)
            stories.keep(session, house.account.id, told)
    told = report(house)
    assert (told["fraudCases"], told["fraudResolved"], told["fraudPending"]) == (2, 1, 1)
    assert (told["avgFraudResolutionTime"], told["customerSatisfaction"]) == ("2.3 days", 5.0)


def test_a_standard_that_we_have_no_checks_for_is_named_and_not_judged(house: House) -> None:
    told = report(house, standards="HIPAA")["complianceChecks"]
    assert told == {"HIPAA": {"compliant": None, "violations": None, "checks": ["HIPAA: UNKNOWN"]}}


def test_a_quarter_that_is_none_is_refused(house: House) -> None:
    for period in ("2026-Q5", "2026", "1999-Q1", "2026-Q1 or so"):
        assert house.call("GET", "/audit/compliance", query_string={"period": period}).status_code == 400
