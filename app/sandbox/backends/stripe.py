"""One played Stripe account: payments, refunds, customers, subscriptions, the customer page. Only what its API documents."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]


@dataclass
class Taken:
    """A payment that was taken, in the smallest unit."""

    intent: str
    charge: str
    email: str
    amount: int
    currency: str
    refunds: list[Row] = field(default_factory=list)

    @property
    def back(self) -> int:
        """What was given back of it."""
        return sum(one["amount"] for one in self.refunds if one["status"] != "failed")


class StripeBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://api.stripe.com``."""

    vendor = "stripe"

    def __init__(
        self,
        world: World,
        name: str = "stripe",
        *,
        key: str = "rk_test_sandbox",
        mail: str = "billing@example.com",
        login_page: str = "",
    ) -> None:
        self.world, self.name, self.key, self.mail, self.login_page = world, name, key, mail, login_page
        self.taken: list[Taken] = []
        self.customers: dict[str, str] = {}
        """Id -> e-mail address."""
        self.products: dict[str, str] = {}
        """Id -> name."""
        self.refuses = ""
        """The code with which every refund is refused."""
        self.subscriptions: list[Row] = []
        self.links: list[Row] = []
        self._answered: dict[str, tuple[bytes, bytes, int]] = {}
        """Idempotency key -> the request, and the answer to every repeat of it."""

    def take(self, email: str, amount: int, currency: str = "usd", *, intent: str = "") -> Taken:
        """Somebody has paid."""
        number = self.world.ids.next("stripe-payment")
        made = Taken(intent or f"pi_{number}", f"ch_{number}", email, amount, currency)
        self._customer(email)
        self.taken.append(made)
        return made

    def subscribe(self, email: str, plan: str, price: int, *, seats: int = 1, status: str = "active") -> str:
        """Somebody pays every month; gives the subscription's id."""
        now, number = int(self.world.clock.now().timestamp()), self.world.ids.next("stripe-subscription")
        product, name = f"prod_{number}", f"price_{number}"
        self.products[product] = plan
        money = {"id": name, "object": "price", "currency": "usd", "unit_amount": price, "nickname": None}
        item = {"id": f"si_{number}", "quantity": seats, "current_period_end": now + 2592000, "price": money}
        row = {"id": f"sub_{number}", "object": "subscription", "status": status, "created": now}
        listed = {"object": "list", "data": [{**item, "price": {**money, "product": product}}], "has_more": False}
        self.subscriptions.append({**row, "customer": self._customer(email), "items": listed})
        return str(row["id"])

    def blueprint(self) -> Blueprint:
        """The API; faults first."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._known)
        api.get("/v1/account")(lambda: jsonify(id="acct_sandbox", object="account", email=self.mail))
        api.get("/v1/payment_intents/<id>")(self._intent)
        api.get("/v1/charges/<id>")(self._charge)
        api.get("/v1/refunds")(self._refunds)
        api.post("/v1/refunds", endpoint="refund")(lambda: self._once(self._refund))
        api.get("/v1/customers")(self._customers)
        api.get("/v1/subscriptions")(self._subscriptions)
        api.get("/v1/products/<id>")(self._product)
        api.get("/v1/billing_portal/configurations")(self._portal)
        api.post("/v1/billing_portal/sessions", endpoint="session")(lambda: self._once(self._session))
        return api

    def _known(self) -> tuple[Response, int] | None:
        given = request.headers.get("Authorization", "")
        if given == f"Bearer {self.key}":
            return None
        return _refusal(401, "invalid_request_error", "", "Invalid API Key provided")

    def _once(self, act: Any) -> tuple[Response, int]:
        """A repeat of a key gets the first answer again; with another request under it, a refusal."""
        key, body = request.headers.get("Idempotency-Key", ""), request.path.encode() + request.get_data()
        if not key:
            return act()  # type: ignore[no-any-return]
        if known := self._answered.get(key):
            if known[0] != body:
                return _refusal(400, "idempotency_error", "", "Keys for idempotent requests can only be used once")
            again = Response(known[1], known[2], {"Idempotent-Replayed": "true"}, content_type="application/json")
            return again, known[2]
        answer, status = act()
        if status < 500:
            self._answered[key] = (body, answer.get_data(), status)
        return answer, status

    def _find(self, id: str) -> Taken | None:
        return next((one for one in self.taken if id in (one.intent, one.charge)), None)

    def _intent(self, id: str) -> tuple[Response, int]:
        one = self._find(id)
        if one is None or one.intent != id:
            return _refusal(404, "invalid_request_error", "resource_missing", "No such payment_intent")
        row = {
            "id": id,
            "object": "payment_intent",
            "amount": one.amount,
            "currency": one.currency,
            "status": "succeeded",
        }
        charge = self._show(one) if _expanded("latest_charge") else one.charge
        return jsonify(**row, customer=self._who(one), receipt_email=None, latest_charge=charge), 200

    def _charge(self, id: str) -> tuple[Response, int]:
        one = self._find(id)
        if one is None or one.charge != id:
            return _refusal(404, "invalid_request_error", "resource_missing", "No such charge")
        return jsonify(self._show(one)), 200

    def _show(self, one: Taken) -> Row:
        return {
            "id": one.charge,
            "object": "charge",
            "amount": one.amount,
            "amount_refunded": one.back,
            "currency": one.currency,
            "status": "succeeded",
            "created": int(self.world.clock.now().timestamp()),
            "customer": self._who(one),
            "receipt_email": None,
            "billing_details": {"email": one.email, "name": None, "phone": None, "address": None},
        }

    def _who(self, one: Taken) -> Row | str:
        id = self._customer(one.email)
        return {"id": id, "object": "customer", "email": one.email} if _expanded("customer") else id

    def _customer(self, email: str) -> str:
        known = next((id for id, one in self.customers.items() if one == email), None)
        if known is None:
            known = f"cus_{self.world.ids.next('stripe-customer')}"
            self.customers[known] = email
        return known

    def _refund(self) -> tuple[Response, int]:
        one = self._find(request.form.get("payment_intent") or request.form.get("charge") or "")
        if one is None:
            return _refusal(404, "invalid_request_error", "resource_missing", "No such payment")
        amount = int(request.form.get("amount") or one.amount - one.back)
        if self.refuses:
            return _refusal(400, "invalid_request_error", self.refuses, f"Nothing for {one.email}.")
        if one.back >= one.amount:
            return _refusal(
                400, "invalid_request_error", "charge_already_refunded", "Charge has already been refunded."
            )
        if amount < 1 or amount > one.amount - one.back:
            return _refusal(
                400, "invalid_request_error", "", "Refund amount is greater than unrefunded amount on charge"
            )
        marks = {key[9:-1]: value for key, value in request.form.items() if key.startswith("metadata[")}
        row = {
            "id": f"re_{self.world.ids.next('stripe-refund')}",
            "object": "refund",
            "amount": amount,
            "currency": one.currency,
            "status": "succeeded",
            "charge": one.charge,
            "payment_intent": one.intent,
            "metadata": marks,
            "reason": request.form.get("reason"),
        }
        one.refunds.insert(0, row)
        return jsonify(row), 200

    def _refunds(self) -> Response:
        one = self._find(request.args.get("payment_intent") or request.args.get("charge") or "")
        return _listed(one.refunds if one else [])

    def _customers(self) -> Response:
        wanted = request.args.get("email")
        found = [{"id": id, "object": "customer", "email": one} for id, one in self.customers.items() if one == wanted]
        return _listed(found)

    def _subscriptions(self) -> Response | tuple[Response, int]:
        if any(value.count(".") > 3 for key, value in request.args.items() if key.startswith("expand")):
            return _refusal(400, "invalid_request_error", "", "You cannot expand more than 4 levels of a property.")
        return _listed([one for one in self.subscriptions if one["customer"] == request.args.get("customer")])

    def _product(self, id: str) -> tuple[Response, int]:
        if id not in self.products:
            return _refusal(404, "invalid_request_error", "resource_missing", "No such product")
        return jsonify(id=id, object="product", name=self.products[id], active=True), 200

    def _portal(self) -> Response:
        page = {"enabled": bool(self.login_page), "url": self.login_page or None}
        return _listed(
            [{"id": "bpc_1", "object": "billing_portal.configuration", "is_default": True, "login_page": page}]
        )

    def _session(self) -> tuple[Response, int]:
        id, customer = f"bps_{self.world.ids.next('stripe-session')}", request.form.get("customer", "")
        if customer not in self.customers:
            return _refusal(400, "invalid_request_error", "resource_missing", "No such customer")
        row = {
            "id": id,
            "object": "billing_portal.session",
            "customer": customer,
            "flow": {"type": request.form.get("flow_data[type]")},
            "return_url": request.form.get("return_url"),
            "url": f"https://billing.stripe.com/p/session/{id}",
        }
        self.links.append(row)
        return jsonify(row), 200


def _expanded(name: str) -> bool:
    return any(key.startswith("expand") and value == name for key, value in request.args.items())


def _listed(rows: list[Row]) -> Response:
    return jsonify(object="list", data=rows, has_more=False, url=request.path)


def _refusal(status: int, kind: str, code: str, message: str) -> tuple[Response, int]:
    error = {"type": kind, "message": message, **({"code": code} if code else {})}
    return jsonify(error=error), status
