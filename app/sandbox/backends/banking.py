"""One played bank behind the core-banking description: customers, accounts, cards, transactions, cases."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
KEY = "Idempotency-Key"


@dataclass
class Holder:
    """Somebody who banks here."""

    id: str
    email: str
    name: str
    phone: str = ""
    since: str = "2021-03-01"
    accounts: list[Row] = field(default_factory=list)
    cards: list[Row] = field(default_factory=list)
    transactions: list[Row] = field(default_factory=list)
    """Newest first."""
    risk: Row = field(default_factory=dict)


class BankingBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for where the bank serves its description."""

    vendor = "banking"

    def __init__(
        self,
        world: World,
        name: str = "banking",
        *,
        title: str = "Harbour & Vale",
        token: str = "sandbox-bank-token",  # noqa: S107 - a played bank's
    ) -> None:
        self.world, self.name, self.title, self.token = world, name, title, token
        self.holders: list[Holder] = []
        self.cases: list[Row] = []
        self._answered: dict[str, tuple[Row | None, int]] = {}

    def opens(self, email: str, name: str, *, phone: str = "", balance: int = 0, currency: str = "USD") -> Holder:
        """Somebody opens an account and gets a card."""
        number = self.world.ids.next("bank")
        account = {"account": f"a{number}", "kind": "current", "last2": "56", "currency": currency}
        card = {"card": f"c{number}", "last4": "1234", "status": "active"}
        risk = {
            "score": 0.1,
            "level": "low",
            "previousFraud": 0,
            "accountYears": 5,
            "typicalLow": 20000,
            "typicalHigh": 50000,
        }
        money = {"available": balance, "current": balance}
        made = Holder(f"cus_{number}", email, name, phone, accounts=[{**account, **money}], cards=[card])
        made.risk = {**risk, "currency": currency}
        self.holders.append(made)
        return made

    def spends(self, who: Holder, merchant: str, amount: int, at: datetime | None = None, **where: str) -> str:
        """Something is paid with the card; gives the transaction's id. The balance is left as it was given.

        ``where``: ``place`` is the merchant's, ``customer_place`` where the customer was.
        """
        id = f"t{self.world.ids.next('bank-transaction')}"
        row = {
            "transaction": id,
            "account": who.accounts[0]["account"],
            "at": (at or self.world.clock.now()).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "merchant": merchant,
            "amount": amount,
            "currency": who.accounts[0]["currency"],
            "place": where.get("place"),
            "customerPlace": where.get("customer_place"),
            "card": who.cards[0]["card"],
        }
        who.transactions.append(row)
        who.transactions.sort(key=lambda one: str(one["at"]), reverse=True)
        return id

    def blueprint(self) -> Blueprint:
        """The API; faults first."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._known)
        api.get("/institution", endpoint="institution")(lambda: jsonify(name=self.title))
        api.get("/customers")(self._search)
        api.get("/customers/<id>/balances")(self._balances)
        api.get("/customers/<id>/transactions")(self._transactions)
        api.get("/customers/<id>/transactions/<transaction>")(self._transaction)
        api.get("/customers/<id>/risk")(self._risk)
        api.post("/cards/<card>/lock", endpoint="lock")(lambda card: self._once(lambda: self._card(card, "locked")))
        api.post("/cards/<card>/unlock", endpoint="unlock")(lambda card: self._once(lambda: self._card(card, "active")))
        api.post("/cases", endpoint="cases")(lambda: self._once(self._open))
        api.post("/cases/<case>/close", endpoint="close")(lambda case: self._once(lambda: self._close(case)))
        return api

    def _known(self) -> tuple[Response, int] | None:
        fine = request.headers.get("Authorization") == f"Bearer {self.token}"
        return None if fine else (jsonify(error="unauthorized"), 401)

    def _once(self, act: Any) -> tuple[Response, int] | tuple[str, int]:
        key = request.headers.get(KEY, "")
        row, status = self._answered.get(key) or act()
        if key and status < 500:
            self._answered[key] = (row, status)
        return (jsonify(row), status) if row is not None else ("", status)

    def _holder(self, id: str) -> Holder | None:
        return next((one for one in self.holders if one.id == id), None)

    def _search(self) -> Response:
        wanted = request.args.get("email", "").casefold()
        return jsonify(customers=[_customer(one) for one in self.holders if one.email.casefold() == wanted])

    def _balances(self, id: str) -> tuple[Response, int]:
        who = self._holder(id)
        return (jsonify(email=who.email, accounts=who.accounts), 200) if who else _missing()

    def _transactions(self, id: str) -> tuple[Response, int]:
        who = self._holder(id)
        if who is None:
            return _missing()
        account, limit = request.args.get("account"), int(request.args.get("limit", 50))
        found = [one for one in who.transactions if account in (None, one["account"])]
        return jsonify(email=who.email, transactions=found[:limit]), 200

    def _transaction(self, id: str, transaction: str) -> tuple[Response, int]:
        who = self._holder(id)
        found = next((one for one in who.transactions if one["transaction"] == transaction), None) if who else None
        return (jsonify(email=who.email, transaction=found), 200) if who and found else _missing()

    def _risk(self, id: str) -> tuple[Response, int]:
        who = self._holder(id)
        return (jsonify(email=who.email, **who.risk), 200) if who else _missing()

    def _card(self, card: str, status: str) -> tuple[Row | None, int]:
        found = next((one for who in self.holders for one in who.cards if one["card"] == card), None)
        if found is None:
            return {"error": "no such card"}, 404
        if found["status"] == "blocked":
            return {"error": "blocked for good"}, 409
        found["status"] = status
        return {"status": status}, 200

    def _open(self) -> tuple[Row | None, int]:
        given = request.get_json()
        if self._holder(given.get("customer", "")) is None:
            return {"error": "no such customer"}, 404
        year, kind = self.world.clock.now().year, str(given["kind"]).upper()
        case = f"{kind}-{year}-{self.world.ids.next('bank-case')}"
        self.cases.append({**given, "case": case, "status": "open"})
        return {"case": case}, 201

    def _close(self, case: str) -> tuple[Row | None, int]:
        found = next((one for one in self.cases if one["case"] == case), None)
        if found is None:
            return {"error": "no such case"}, 404
        found["status"] = "closed"
        return None, 204


def _customer(one: Holder) -> Row:
    return {
        "customer": one.id,
        "email": one.email,
        "name": one.name,
        "phone": one.phone or None,
        "since": one.since,
        "accounts": [{name: each[name] for name in ("account", "kind", "last2")} for each in one.accounts],
        "cards": one.cards,
    }


def _missing() -> tuple[Response, int]:
    return jsonify(error="not found"), 404
