"""One played Shippo account: rates, labels with their PDF files, refunds of labels. Only what its API documents."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.backends.labels import pdf
from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
RATES = (
    ("USPS", "usps_ground_advantage", "8.40"),
    ("UPS", "ups_ground", "11.90"),
    ("DHL Express", "dhl_express", "5.00"),
)


class ShippoBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://api.goshippo.com``."""

    vendor = "shippo"

    def __init__(self, world: World, name: str = "shippo", *, token: str = "shippo_test_sandbox") -> None:  # noqa: S107
        self.world, self.name, self.token = world, name, token
        self.shipments: dict[str, Row] = {}
        self.rates: dict[str, Row] = {}
        self.labels: list[Row] = []
        self.refunds: list[Row] = []
        self.label_url = ""
        """Where labels are said to be; empty: here."""
        self.file = b""
        """What is served for a label; empty: a PDF."""
        self.shown: list[str | None] = []
        """Who asked for a label said so in the header Authorization."""

    def blueprint(self) -> Blueprint:
        """The API; faults first. Labels lie in the open, as the vendor's do."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._known)
        api.get("/carrier_accounts")(lambda: _page([{"object_id": "carrier1", "carrier": "usps", "active": True}]))
        api.post("/shipments")(self._ship)
        api.get("/rates/<id>")(self._rate)
        api.post("/transactions")(self._buy)
        api.get("/transactions", endpoint="transactions")(self._bought)
        api.post("/refunds")(self._refund)
        api.get("/refunds", endpoint="refunds")(lambda: _page(self.refunds))
        api.get("/labels/<id>.pdf")(self._file)
        return api

    def _known(self) -> tuple[Response, int] | None:
        fine = request.headers.get("Authorization") == f"ShippoToken {self.token}" or "/labels/" in request.path
        return None if fine else (jsonify(detail="Invalid token"), 401)

    def _ship(self) -> tuple[Response, int]:
        given = request.get_json()
        for side in ("address_from", "address_to"):
            missing = [name for name in ("street1", "city", "zip", "country") if not given.get(side, {}).get(name)]
            if missing:
                return jsonify({side: [f"{missing[0]} is required"]}), 400
        id = f"shipment{self.world.ids.next('shippo')}"
        rates = [self._priced(id, *one) for one in RATES]
        row = {**given, "object_id": id, "status": "SUCCESS", "rates": rates, "messages": []}
        self.shipments[id] = row
        return jsonify(row), 201

    def _priced(self, shipment: str, provider: str, token: str, amount: str) -> Row:
        row: Row = {
            "object_id": f"rate{self.world.ids.next('shippo')}",
            "shipment": shipment,
            "provider": provider,
            "amount": amount,
            "currency": "USD",
            "servicelevel": {"token": token, "name": token},
        }
        self.rates[row["object_id"]] = row
        return row

    def _rate(self, id: str) -> tuple[Response, int]:
        return (jsonify(self.rates[id]), 200) if id in self.rates else (jsonify(detail="Not found"), 404)

    def _buy(self) -> tuple[Response, int]:
        given = request.get_json()
        rate = self.rates.get(given.get("rate", ""))
        if rate is None:
            return jsonify(rate=["Rate not found."]), 400
        id = f"label{self.world.ids.next('shippo')}"
        number = f"92055903{self.world.ids.next('shippo-number'):012}"
        row: Row = {
            "object_id": id,
            "object_created": _at(self.world.clock.now()),
            "status": "SUCCESS",
            "rate": rate["object_id"],
            "metadata": given.get("metadata", ""),
            "label_file_type": given.get("label_file_type", "PDF"),
            "label_url": self.label_url or f"{request.host_url}{self.name}/labels/{id}.pdf",
            "tracking_number": number,
            "tracking_url_provider": f"https://tools.usps.com/go/TrackConfirmAction_input?origTrackNum={number}",
            "messages": [],
        }
        self.labels.insert(0, row)
        return jsonify(row), 201

    def _bought(self) -> Response:
        page, results = int(request.args.get("page", 1)), int(request.args.get("results", 25))
        found = self.labels[(page - 1) * results : page * results]
        return _page(found, more=len(self.labels) > page * results)

    def _refund(self) -> tuple[Response, int]:
        id = request.get_json().get("transaction", "")
        if all(one["object_id"] != id for one in self.labels):
            return jsonify(transaction=["Transaction not found"]), 400
        if any(one["transaction"] == id for one in self.refunds):
            return jsonify(transaction=["Refund already requested"]), 400
        row = {"object_id": f"refund{self.world.ids.next('shippo')}", "transaction": id, "status": "PENDING"}
        self.refunds.insert(0, row)
        return jsonify(row), 201

    def _file(self, id: str) -> Response | tuple[Response, int]:
        one = next((row for row in self.labels if row["object_id"] == id), None)
        if one is None:
            return jsonify(detail="Not found"), 404
        self.shown.append(request.headers.get("Authorization"))
        provider = self.rates[one["rate"]]["provider"]
        content = self.file or pdf("RETURN LABEL", provider, one["tracking_number"])
        return Response(content, content_type="application/pdf")


def _page(rows: list[Row], *, more: bool = False) -> Response:
    return jsonify(next=request.base_url if more else None, previous=None, results=rows)


def _at(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
