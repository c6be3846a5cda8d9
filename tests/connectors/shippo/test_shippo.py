"""Labels: a real PDF, the right way round, bought once, never from a place that nobody allowed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.sandbox.backends.labels import pdf
from connectors.base import Connection
from connectors.errors import BadPayload, ConnectorError, NotFound, Refused
from connectors.shippo import Shippo
from tests.connectors.shippo.stage import SENDER, SETTINGS, LabelStage
from tests.connectors.shippo.stage import open as opened

RETURN = {"number": "12346", "sender": SENDER, "parcel": {"weight": "2"}}


@pytest.fixture
def shippo() -> Iterator[LabelStage]:
    with opened() as stage:
        yield stage


def with_settings(shippo: LabelStage, **changes: str) -> Shippo:
    base = shippo.backend._rest._base
    return Shippo(Connection("c", base, {**SETTINGS, **changes}, {"api_token": shippo.played.token}))


def test_a_label_is_a_pdf_with_its_tracking_number(shippo: LabelStage) -> None:
    made = shippo.backend.run("create_label", RETURN, key="k")
    (file,) = made.files
    assert (file.name, file.content_type) == ("return-label.pdf", "application/pdf")
    text = PdfReader(BytesIO(file.content)).pages[0].extract_text()
    assert made.outputs["tracking_number"] in text
    assert (made.outputs["carrier"], made.outputs["tracking_url"].startswith("https://")) == ("USPS", True)


def test_the_way_out_is_given_where_the_vendor_turns_it_round(shippo: LabelStage) -> None:
    shippo.backend.run("create_label", RETURN, key="k")
    (shipment,) = shippo.played.shipments.values()
    assert shipment["extra"] == {"is_return": True}
    assert shipment["address_from"]["street1"] == "1 Dock Road"
    assert shipment["address_to"]["street1"] == "12 Elm Street"
    assert shipment["parcels"][0] | {"weight": "2"} == shipment["parcels"][0]


def test_other_carriers_are_given_the_way_back(shippo: LabelStage) -> None:
    made = with_settings(shippo, carrier="DHL Express").run("create_label", RETURN, key="k")
    (shipment,) = shippo.played.shipments.values()
    assert shipment["address_to"]["street1"] == "1 Dock Road"
    assert made.outputs["carrier"] == "DHL Express"


def test_the_cheapest_that_can_be_turned_is_taken_and_no_other(shippo: LabelStage) -> None:
    assert shippo.backend.run("create_label", RETURN, key="k").outputs["carrier"] == "USPS"
    with pytest.raises(Refused, match="no carrier"):
        with_settings(shippo, carrier="pigeon").run("create_label", RETURN, key="k2")
    assert len(shippo.played.labels) == 1


def test_an_earlier_label_is_found_on_a_later_page(shippo: LabelStage) -> None:
    first = shippo.backend.run("create_label", RETURN, key="first")
    other = {**shippo.played.labels[0], "object_id": "x", "metadata": "somebody else's"}
    shippo.played.labels[:0] = [other] * 150
    again = shippo.backend.run("create_label", RETURN, key="first", since=datetime.now(UTC))
    assert again.recovered
    assert again.outputs == first.outputs
    assert again.files == first.files


@pytest.mark.parametrize("sender", [{}, {"city": "Salem"}, {"street": ""}, "12 Elm Street"])
def test_half_an_address_buys_nothing(shippo: LabelStage, sender) -> None:
    with pytest.raises(ConnectorError):
        shippo.backend.run("create_label", {**RETURN, "sender": sender}, key="k")
    assert shippo.played.labels == []


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/label.pdf", "file:///etc/passwd"]
)
def test_a_label_from_inside_our_network_is_not_fetched(shippo: LabelStage, url: str) -> None:
    shippo.played.label_url = url
    with pytest.raises(ConnectorError) as refusal:
        shippo.backend.run("create_label", RETURN, key="k")
    assert "169.254" not in str(refusal.value)


def test_a_file_that_is_no_pdf_is_no_label(shippo: LabelStage) -> None:
    shippo.played.file = b"<html>Sign in</html>"
    with pytest.raises(BadPayload, match="label_url"):
        shippo.backend.run("create_label", RETURN, key="k")


def test_our_token_does_not_travel_with_the_label(shippo: LabelStage) -> None:
    shippo.backend.run("create_label", RETURN, key="k")
    assert shippo.played.shown == [None]


@pytest.mark.parametrize("label", ["../refunds", "x/y", "é", "nothere"])
def test_what_is_no_label_is_not_taken_back(shippo: LabelStage, label: str) -> None:
    with pytest.raises((NotFound, Refused)):
        shippo.backend.run("void_label", {"label": label}, key="k")


def test_a_pdf_survives_any_words() -> None:
    assert "RETURN" in PdfReader(BytesIO(pdf("RETURN (1)", "\\ Łódź"))).pages[0].extract_text()
