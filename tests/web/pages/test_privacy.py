"""The page of people's data: an admin asks that somebody is erased; a lead sees what was asked, and the certificate."""

from app.db import rights
from app.rights import erasing
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.signing import SignsIn

MAIL = "ana@customer.example"


def test_an_admin_asks_that_somebody_is_erased_and_gets_the_proof(receiver: Receiver, signed_in: SignsIn) -> None:
    admin = signed_in(Level.ADMIN)
    assert "Nobody has asked anything" in admin.get("/app/privacy").text
    assert admin.post("/app/privacy/erase", {"person": MAIL, "sure": "no"}).status_code == 400
    said = admin.post("/app/privacy/erase", {"person": MAIL, "sure": "erase"})
    assert "is kept" in said.text
    assert MAIL not in said.text
    with receiver.services.database.reading() as session:
        (asked,) = rights.unfinished(session)
    assert admin.get(f"/app/privacy/proof?request={asked.id}").status_code == 400
    done = erasing.go_on(receiver.services, asked)
    assert done.state is rights.State.DONE
    proof = admin.get(f"/app/privacy/proof?request={asked.id}")
    assert proof.json["right"] is True
    assert "Certificate" in admin.get("/app/privacy").text


def test_what_a_host_refused_stands_there_with_its_remedy(receiver: Receiver, signed_in: SignsIn) -> None:
    asked = erasing.ask(receiver.services, erasing.Asked(receiver.account, MAIL, "operator"))
    told = {"c1": {"vendor": "zendesk", "state": "refused", "why": "not all <closed>", "remedy": "close them there"}}
    with receiver.services.database.session() as session:
        now = receiver.services.database.now(session)
        rights.finish(session, asked, {"signature": "s", "host": told}, rights.State.HOST, now)
    page = signed_in(Level.ADMIN).get("/app/privacy").text
    assert "zendesk: not all &lt;closed&gt;; close them there" in page


def test_a_lead_sees_and_does_not_erase(signed_in: SignsIn) -> None:
    lead = signed_in(Level.LEAD)
    page = lead.get("/app/privacy")
    assert page.status_code == 200
    assert "Erase a person" not in page.text
    assert "<td>400 days</td>" in page.text
    assert lead.post("/app/privacy/erase", {"person": MAIL, "sure": "erase"}).status_code == 403
