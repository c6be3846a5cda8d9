"""Core banking as a backend: the neutral operations in the words of ``api.yaml``, which the answers are held to."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from connectors import rest
from connectors.base import Connection, Setting
from connectors.errors import Conflict, NotFound, Refused
from connectors.openapi.api import Api
from connectors.openapi.document import Document, read
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.rest import PRIVATE, Order, folded

FILE = Path(__file__).with_name("api.yaml")
KEY = "Idempotency-Key"
MOST = 200
"""Transactions in one answer."""


@cache
def described() -> Document:
    """The description, read once."""
    return read(FILE.read_text("utf-8"))


class Banking:
    """One bank. Its API drops repeats by their key, so an effect is sent again after a doubt and done once."""

    name: ClassVar[str] = "banking"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("token", "the bearer token of the service's own user", secret=True),
        PRIVATE,
    )

    def __init__(self, connection: Connection) -> None:
        self._api = Api(self.name, described(), connection)
        self._ways: Mapping[str, Callable[[Order], Result]] = {
            "find_customer": self._find_customer,
            "balances": self._balances,
            "transactions": self._transactions,
            "find_transaction": self._find_transaction,
            "risk": self._risk,
            "lock_card": self._lock_card,
            "unlock_card": self._unlock_card,
            "open_case": self._open_case,
            "close_case": self._close_case,
        }

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do."""
        return {name: OPERATIONS[name] for name in self._ways}

    def check(self) -> Mapping[str, str]:
        """Whose system it is. Raises a ConnectorError."""
        return {"account": self._call("getInstitution", {})["name"], "user_id": ""}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``Backend.run``."""
        return rest.run(self._ways, self.operations, operation, Order(inputs, key, since))

    def _call(self, name: str, inputs: Fields, order: Order | None = None) -> Any:
        try:
            return self._api.call(described().endpoints[name], inputs, {KEY: order.mark} if order else None)
        except Conflict as error:
            raise Refused(str(error)) from error

    def _find_customer(self, order: Order) -> Result:
        email = order.text("email")
        found = self._call("findCustomers", {"email": email})["customers"]
        ours = [one for one in found if folded(one["email"]) == folded(email)]
        if not ours:
            raise NotFound("banking: no such customer")
        if len(ours) > 1:
            raise Refused("banking: several customers have this address")
        one = ours[0]
        accounts = [_only(each, "account kind last2") for each in one["accounts"]]
        return Result(
            {
                "owner": folded(one["email"]),
                "customer": one["customer"],
                "name": one["name"],
                "phone": one.get("phone"),
                "since": one["since"],
                "accounts": [{**each, "available": None, "current": None, "currency": None} for each in accounts],
                "cards": [_only(card, "card last4 status") for card in one["cards"]],
            }
        )

    def _balances(self, order: Order) -> Result:
        found = self._call("listBalances", {"customer": order.text("customer")})
        accounts = [_only(one, "account kind last2 available current currency") for one in found["accounts"]]
        return Result({"owner": folded(found["email"]), "accounts": accounts})

    def _transactions(self, order: Order) -> Result:
        inputs: dict[str, Any] = {"customer": order.text("customer")}
        if order.inputs.get("limit"):
            inputs["limit"] = max(1, min(int(order.inputs["limit"]), MOST))
        if order.text("account"):
            inputs["account"] = order.text("account")
        found = self._call("listTransactions", inputs)
        return Result(
            {"owner": folded(found["email"]), "transactions": [_transaction(one) for one in found["transactions"]]}
        )

    def _find_transaction(self, order: Order) -> Result:
        inputs = {"customer": order.text("customer"), "transaction": order.text("transaction")}
        found = self._call("getTransaction", inputs)
        return Result({"owner": folded(found["email"]), **_transaction(found["transaction"])})

    def _risk(self, order: Order) -> Result:
        found = self._call("getRisk", {"customer": order.text("customer")})
        return Result(
            {
                "owner": folded(found["email"]),
                "score": found["score"],
                "level": found["level"],
                "previous_fraud": found["previousFraud"],
                "account_years": found["accountYears"],
                "typical_low": found["typicalLow"],
                "typical_high": found["typicalHigh"],
                "currency": found["currency"],
            }
        )

    def _lock_card(self, order: Order) -> Result:
        return Result({"status": self._call("lockCard", {"card": order.text("card")}, order)["status"]})

    def _unlock_card(self, order: Order) -> Result:
        return Result({"status": self._call("unlockCard", {"card": order.text("card")}, order)["status"]})

    def _open_case(self, order: Order) -> Result:
        inputs: dict[str, Any] = {name: order.text(name) for name in ("customer", "kind", "text")}
        if order.text("team"):
            inputs["team"] = order.text("team")
        if order.inputs.get("details"):
            inputs["details"] = {str(name): str(value) for name, value in dict(order.inputs["details"]).items()}
        return Result({"case": self._call("openCase", inputs, order)["case"]})

    def _close_case(self, order: Order) -> Result:
        self._call("closeCase", {"case": order.text("case")}, order)
        return Result({})


def _only(given: Mapping[str, Any], names: str) -> dict[str, Any]:
    return {name: given.get(name) for name in names.split()}


def _transaction(given: Mapping[str, Any]) -> dict[str, Any]:
    known = _only(given, "transaction at merchant amount currency place card")
    return {**known, "customer_place": given.get("customerPlace")}
