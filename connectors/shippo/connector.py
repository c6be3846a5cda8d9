"""Shippo as a backend: a label is bought once, its file comes along, and it can be given back while nobody has used it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from connectors import rest
from connectors.base import Connection, Setting
from connectors.errors import BadPayload, NotFound, Refused
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.rest import Call, Header, Order, Rest, Shape
from connectors.types import File

API = "https://api.goshippo.com"
VERSION = "2018-02-08"
PAGES = 5
_SWAPPED = frozenset({"usps", "ups", "fedex"})
"""Carriers for which Shippo itself turns a return's addresses round: they are given as of the way out."""
_DONE = frozenset({"SUCCESS", "PENDING", "QUEUED"})


class _Level(Shape):
    token: str = ""


class _Rate(Shape):
    object_id: str
    provider: str
    amount: str
    servicelevel: _Level = _Level()


class _Shipment(Shape):
    object_id: str
    rates: list[_Rate]


class _RateName(Shape):
    object_id: str = ""
    provider: str = ""


class _Transaction(Shape):
    object_id: str
    status: str
    label_url: str | None = None
    tracking_number: str | None = None
    tracking_url_provider: str | None = None
    metadata: str | None = None
    rate: _RateName | str | None = None


class _Transactions(Shape):
    results: list[_Transaction]
    next: str | None = None


class _Refund(Shape):
    object_id: str = ""
    status: str
    transaction: str = ""


class _Refunds(Shape):
    results: list[_Refund]
    next: str | None = None


class _Carriers(Shape):
    results: list[dict[str, Any]]


class Shippo:
    """One Shippo account. Returns go to the address in its settings, by the carrier named there or the cheapest."""

    name: ClassVar[str] = "shippo"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("api_token", "a live or test token (shippo_live_... or shippo_test_...)", secret=True),
        Setting("return_name", "to whom returns are sent"),
        Setting("return_street", "street and number for returns"),
        Setting("return_city", "town for returns"),
        Setting("return_zip", "postal code for returns"),
        Setting("return_region", "state or region for returns (CA)", required=False),
        Setting("return_country", "country for returns (US)", pattern="[A-Z]{2}"),
        Setting("return_phone", "telephone number for returns", required=False),
        Setting("carrier", "the only carrier to use (usps); left out, the cheapest", required=False),
    )

    def __init__(self, connection: Connection) -> None:
        token = Header("Authorization", f"ShippoToken {connection.secrets['api_token']}")
        self._rest, self._settings = Rest("shippo", connection, connection.base_url or API, token), connection.settings
        self._ways: Mapping[str, Callable[[Order], Result]] = {
            "create_label": self._create_label,
            "void_label": self._void_label,
        }

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do."""
        return {name: OPERATIONS[name] for name in self._ways}

    def check(self) -> Mapping[str, str]:
        """Whether the token is known; Shippo does not say whose it is. Raises a ConnectorError."""
        self._rest.get("/carrier_accounts", results=1).read(_Carriers)
        return {"account": self._settings.get("return_name", "shippo"), "user_id": ""}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``Backend.run``. The API drops no repeats: with ``since`` the labels made since then are read first."""
        return rest.run(self._ways, self.operations, operation, Order(inputs, key, since))

    def _create_label(self, order: Order) -> Result:
        if order.since and (earlier := self._earlier(order)):
            return self._label(earlier, "", recovered=True)
        rate = self._rate(order)
        body = {"rate": rate.object_id, "label_file_type": "PDF", "async": False, "metadata": order.mark}
        made = self._post("/transactions", body).read(_Transaction)
        return self._label(made, rate.provider)

    def _rate(self, order: Order) -> _Rate:
        """What a way back costs, from the carrier wanted or from the cheapest. Raises Refused when nobody takes it."""
        wanted = self._settings.get("carrier", "").casefold()
        home, sender = self._home(), _address(order.inputs["sender"])
        turned = not wanted or wanted in _SWAPPED
        body = {
            "address_from": home if turned else sender,
            "address_to": sender if turned else home,
            "parcels": [_parcel(order.inputs.get("parcel"))],
            "extra": {"is_return": True},
            "async": False,
            "metadata": order.mark,
        }
        found = self._post("/shipments", body).read(_Shipment).rates
        fitting = [one for one in found if one.provider.casefold() == wanted or (not wanted and _turns(one))]
        if not fitting:
            raise Refused("shippo: no carrier takes this parcel back")
        return min(fitting, key=lambda one: float(one.amount))

    def _home(self) -> dict[str, str]:
        keys = {
            "name": "name",
            "street1": "street",
            "city": "city",
            "zip": "zip",
            "state": "region",
            "country": "country",
            "phone": "phone",
        }
        return {theirs: self._settings.get(f"return_{ours}", "") for theirs, ours in keys.items()}

    def _label(self, made: _Transaction, provider: str, *, recovered: bool = False) -> Result:
        if made.status != "SUCCESS" or not made.label_url:
            raise Refused(f"shippo: the label was not made ({made.status[:20]})")
        content = self._rest.fetch(made.label_url, "GET label")
        if not content.startswith(b"%PDF"):
            raise BadPayload("label_url", "leads to no PDF file")
        carrier = provider or (made.rate.provider if isinstance(made.rate, _RateName) else self._carrier(made.rate))
        outputs = {
            "label": made.object_id,
            "carrier": carrier,
            "tracking_number": made.tracking_number,
            "tracking_url": made.tracking_url_provider,
        }
        return Result(outputs, (File("return-label.pdf", "application/pdf", content),), recovered)

    def _carrier(self, rate: str | None) -> str:
        return self._rest.get(f"/rates/{_id(rate)}", "rates/{id}").read(_Rate).provider if rate else ""

    def _earlier(self, order: Order) -> _Transaction | None:
        """The label that an earlier attempt made; the newest come first, and a few pages are as far as we look."""
        for page in range(1, PAGES + 1):
            found = self._rest.get("/transactions", results=100, page=page).read(_Transactions)
            for one in found.results:
                if one.metadata == order.mark and one.status != "ERROR":
                    return one
            if not found.next:
                break
        return None

    def _void_label(self, order: Order) -> Result:
        label = _id(order.text("label"))
        if order.since and self._voided(label):
            return Result({}, recovered=True)
        made = self._post("/refunds", {"transaction": label, "async": False}).read(_Refund)
        if made.status not in _DONE:
            raise Refused("shippo: the label is not taken back")
        return Result({})

    def _voided(self, label: str) -> bool:
        found = self._rest.get("/refunds", results=100).read(_Refunds)
        return any(one.transaction == label and one.status in _DONE for one in found.results)

    def _post(self, path: str, body: Mapping[str, Any]) -> rest.Answer:
        headers = {"SHIPPO-API-VERSION": VERSION}
        return self._rest.send(Call("POST", path, f"POST {path}", json=body, headers=headers)).checked()


def _turns(rate: _Rate) -> bool:
    return rate.provider.casefold() in _SWAPPED


def _id(given: str | None) -> str:
    if not given or not given.isalnum() or not given.isascii():
        raise NotFound("shippo: no such label")
    return given


def _address(given: Any) -> dict[str, str]:
    """The catalogue's address as Shippo takes it. Raises Refused for one without a street."""
    if not isinstance(given, Mapping) or not str(given.get("street") or "").strip():
        raise Refused("shippo: an address without a street")
    names = {
        "name": "name",
        "street1": "street",
        "street2": "street2",
        "city": "city",
        "zip": "zip",
        "state": "region",
        "country": "country",
        "phone": "phone",
        "email": "email",
    }
    return {theirs: str(given.get(ours) or "").strip() for theirs, ours in names.items() if given.get(ours)}


def _parcel(given: Any) -> dict[str, str]:
    """A parcel in centimetres and kilograms unless it says otherwise; one without measures is a small box of a kilogram."""
    sizes = given if isinstance(given, Mapping) else {}
    measures = {name: str(sizes.get(name) or default) for name, default in _BOX.items()}
    return {
        **measures,
        "distance_unit": str(sizes.get("distance_unit") or "cm"),
        "mass_unit": str(sizes.get("mass_unit") or "kg"),
    }


_BOX = {"length": "30", "width": "25", "height": "10", "weight": "1"}
