"""Stripe as a backend. Refunds carry our key as ``Idempotency-Key`` and in their metadata, where it is found after a day, too."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from connectors import rest
from connectors.base import Connection, Setting
from connectors.errors import BadPayload, Forbidden, NotFound, Refused
from connectors.operations import OPERATIONS, Fields, Operation, Result, Risk
from connectors.rest import Answer, Call, Header, Order, Rest, folded, moment, nested
from connectors.stripe import shapes

API = "https://api.stripe.com"
VERSION = "2025-09-30.clover"
"""Of the API, so that an account's own default does not change what comes back."""
MARK = "deskhand"
_REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})
_LIVE = ("active", "trialing", "past_due", "unpaid", "incomplete", "paused", "canceled", "incomplete_expired")
"""Which of several subscriptions is meant, best first."""


class Stripe:
    """One Stripe account, by a restricted key: Charges, Customers, Subscriptions and PaymentIntents read; Refunds and
    Customer portal write.
    """

    name: ClassVar[str] = "stripe"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("api_key", "a restricted or secret API key (rk_... or sk_...)", secret=True),
        Setting("return_url", "where the customer page leads back to", required=False, pattern="https?://.+"),
    )

    def __init__(self, connection: Connection) -> None:
        self._rest = Rest(
            "stripe",
            connection,
            connection.base_url or API,
            Header("Authorization", f"Bearer {connection.secrets['api_key']}"),
        )
        self._return_url = connection.settings.get("return_url", "")
        self._ways: Mapping[str, Callable[[Order], Result]] = {
            "find_payment": self._find_payment,
            "refund": self._refund,
            "find_subscription": self._find_subscription,
            "payment_link": self._payment_link,
        }

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do. A link cannot be taken back here, only left to end: so a person approves each."""
        ours = {name: OPERATIONS[name] for name in self._ways}
        link = replace(ours["payment_link"], risk=Risk.IRREVERSIBLE, inverse="")
        return {**ours, "payment_link": link}

    def check(self) -> Mapping[str, str]:
        """Whose account the key opens. Raises a ConnectorError."""
        account = self._get("/v1/account").read(shapes.Account)
        return {"account": account.email or account.id, "user_id": account.id}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``Backend.run``."""
        return rest.run(self._ways, self.operations, operation, Order(inputs, key, since))

    # --- payments ----------------------------------------------------------------------------------------------

    def _find_payment(self, order: Order) -> Result:
        payment = order.text("payment")
        intent, charge = self._payment(payment)
        taken = charge or intent
        assert taken is not None  # noqa: S101 - one of the two was read
        back = charge.amount_refunded if charge else 0
        return Result(
            {
                "payment": payment,
                "owner": _owner(intent, charge),
                "amount": taken.amount,
                "currency": taken.currency.upper(),
                "refunded": back,
                "status": "refunded" if back and back >= taken.amount else taken.status,
            }
        )

    def _payment(self, payment: str) -> tuple[shapes.Intent | None, shapes.Charge | None]:
        """A payment by either of its names."""
        if payment.startswith("pi_"):
            expand = {"expand": ["customer", "latest_charge"]}
            intent = self._get(f"/v1/payment_intents/{_id(payment)}", "payment_intents/{id}", expand).read(
                shapes.Intent
            )
            return intent, intent.latest_charge
        expand = {"expand": ["customer"]}
        return None, self._get(f"/v1/charges/{_id(payment)}", "charges/{id}", expand).read(shapes.Charge)

    def _refund(self, order: Order) -> Result:
        payment, amount = order.text("payment"), order.inputs["amount"]
        if not isinstance(amount, int) or isinstance(amount, bool) or amount < 1:
            raise Refused("stripe: a refund of no amount")
        field = "payment_intent" if payment.startswith("pi_") else "charge"
        if order.since and (earlier := self._earlier(field, payment, order.mark)):
            return Result(_refunded(earlier), recovered=True)
        intent, charge = self._payment(payment)
        self._refuse(order, charge, amount, (charge or intent))
        form: dict[str, Any] = {field: payment, "amount": amount, "metadata": {MARK: order.mark}}
        if order.text("reason") in _REASONS:
            form["reason"] = order.text("reason")
        made = self._post("/v1/refunds", form, key=order.mark).read(shapes.Refund)
        if made.status in ("failed", "canceled"):
            raise Refused(f"stripe: the refund {made.status}")
        return Result(_refunded(made))

    def _refuse(self, order: Order, charge: shapes.Charge | None, amount: int, taken: Any) -> None:
        """The limits were weighed in the order's currency and never beyond what was paid, so both have to be so."""
        if taken.currency.casefold() != order.text("currency").casefold():
            raise Refused("stripe: the payment has another currency")
        if charge is None or charge.status != "succeeded":
            raise Refused("stripe: nothing was taken")
        if charge.amount - charge.amount_refunded < amount:
            raise Refused("stripe: more than is left of the payment, or refunded already")

    def _earlier(self, field: str, payment: str, mark: str) -> shapes.Refund | None:
        found = self._get("/v1/refunds", "refunds", {field: payment, "limit": 100}).read(shapes.Refunds)
        return next((one for one in found.data if (one.metadata or {}).get(MARK) == mark), None)

    # --- subscriptions -----------------------------------------------------------------------------------------

    def _customer(self, email: str) -> shapes.Customer:
        found = self._get("/v1/customers", "customers", {"email": email, "limit": 10}).read(shapes.Customers).data
        ours = [one for one in found if not one.deleted and folded(one.email) == email.casefold()]
        if not ours:
            raise NotFound("stripe: no such customer")
        if len(ours) > 1:
            raise Refused("stripe: several customers have this address")
        return ours[0]

    def _find_subscription(self, order: Order) -> Result:
        customer = self._customer(order.text("email"))
        query = {"customer": customer.id, "status": "all", "limit": 20}
        found = self._get("/v1/subscriptions", "subscriptions", query).read(shapes.Subscriptions).data
        if not found:
            raise NotFound("stripe: no subscription")
        one = min(found, key=lambda s: (_LIVE.index(s.status) if s.status in _LIVE else len(_LIVE), -s.created))
        return Result(_subscribed(one, customer, self._plan(one)))

    def _plan(self, one: shapes.Subscription) -> str | None:
        """What people call it: the price's own name, the product's, or at least the price's id.

        Asked for by itself: an expansion may be four levels deep, and the product is the fifth.
        """
        price = one.items.data[0].price if one.items.data else None
        if price is None or price.nickname or not price.product:
            return price.nickname if price else None
        try:
            product = self._get(f"/v1/products/{_id(price.product)}", "products/{id}").read(shapes.Product)
        except (NotFound, Forbidden):
            return price.id
        return product.name or price.id

    def _payment_link(self, order: Order) -> Result:
        email = order.text("email")
        customer = self._customer(email)
        if page := self._login_page():
            return Result({"url": f"{page}?prefilled_email={quote(email)}", "expires_at": None})
        form: dict[str, Any] = {"customer": customer.id, "flow_data": {"type": "payment_method_update"}}
        if self._return_url:
            form["return_url"] = self._return_url
        made = self._post("/v1/billing_portal/sessions", form, key=order.mark).read(shapes.Session)
        return Result({"url": made.url, "expires_at": None})

    def _login_page(self) -> str:
        """The lasting page on which customers sign in themselves, where the account has opened it; else empty.

        A session ends within minutes when nobody visits it, which a mail seldom survives.
        """
        query = {"is_default": True, "active": True, "limit": 1}
        try:
            found = self._get("/v1/billing_portal/configurations", "billing_portal/configurations", query)
        except (NotFound, Forbidden):
            return ""
        pages = found.read(shapes.Portals).data
        return (pages[0].login_page.url or "") if pages and pages[0].login_page.enabled else ""

    # --- the wire ----------------------------------------------------------------------------------------------

    def _get(self, path: str, where: str = "", query: Mapping[str, Any] | None = None) -> Answer:
        words = urlencode(nested(query or {}))
        call = Call("GET", f"{path}?{words}" if words else path, f"GET {where or path}", headers=_VERSIONED)
        return _checked(self._rest.send(call))

    def _post(self, path: str, form: Mapping[str, Any], *, key: str) -> Answer:
        headers = {**_VERSIONED, "Idempotency-Key": key}
        return _checked(self._rest.send(Call("POST", path, f"POST {path}", form=nested(form), headers=headers)))


_VERSIONED = {"Stripe-Version": VERSION}


def _checked(answer: Answer) -> Answer:
    """Raises what the status means; a refusal is named by Stripe's own code."""
    error = answer.error()
    if error is None:
        return answer
    if isinstance(error, Refused) and type(error) is Refused:
        try:
            code = answer.read(shapes.Trouble).error.code or "unnamed"
        except BadPayload:
            code = "unnamed"
        raise Refused(f"{error}: {''.join(c for c in code if c.isalnum() or c == '_')[:60]}")
    raise error


def _id(given: str) -> str:
    """An id as a part of a path. Raises NotFound for what cannot be one."""
    if not given.replace("_", "").isalnum() or not given.isascii():
        raise NotFound("stripe: no such payment")
    return given


def _owner(intent: shapes.Intent | None, charge: shapes.Charge | None) -> str | None:
    """Whose payment it is: the customer's own address before any that was typed beside it."""
    for payer in (intent.customer if intent else None, charge.customer if charge else None):
        if isinstance(payer, shapes.Customer) and payer.email:
            return folded(payer.email)
    typed = [intent.receipt_email if intent else None]
    typed += [charge.receipt_email, charge.billing_details.email] if charge else []
    return next((folded(one) for one in typed if one), None)


def _refunded(one: shapes.Refund) -> Fields:
    return {"refund": one.id, "amount": one.amount, "status": one.status or "pending"}


def _subscribed(one: shapes.Subscription, customer: shapes.Customer, plan: str | None) -> Fields:
    item = one.items.data[0] if one.items.data else None
    ends = one.current_period_end or (item.current_period_end if item else None)
    price = item.price if item else None
    seats = item.quantity if item else None
    whole = price.unit_amount * (seats or 1) if price and price.unit_amount is not None else None
    return {
        "owner": folded(customer.email),
        "customer": customer.id,
        "plan": plan,
        "status": one.status,
        "seats": seats,
        "renews_at": moment(datetime.fromtimestamp(ends, UTC)) if ends else None,
        "amount": whole,
        "currency": price.currency.upper() if price else None,
    }
