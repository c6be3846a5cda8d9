"""What Stripe's answers have to look like, as far as they are read. No meaning is given to them here."""

from connectors.rest import Shape


class Customer(Shape):
    """Who pays. A deleted one has no address any more."""

    id: str
    email: str | None = None
    deleted: bool = False


class Billing(Shape):
    """What was typed beside the card."""

    email: str | None = None


class Charge(Shape):
    """Money taken."""

    id: str
    amount: int
    amount_refunded: int
    currency: str
    status: str
    created: int
    customer: Customer | str | None = None
    receipt_email: str | None = None
    billing_details: Billing = Billing()


class Intent(Shape):
    """A payment, with the charge in which it ended."""

    id: str
    amount: int
    currency: str
    status: str
    customer: Customer | str | None = None
    receipt_email: str | None = None
    latest_charge: Charge | None = None


class Refund(Shape):
    """Money given back."""

    id: str
    amount: int
    currency: str
    status: str | None = None
    metadata: dict[str, str] | None = None


class Refunds(Shape):
    """A page of them."""

    data: list[Refund]
    has_more: bool = False


class Customers(Shape):
    """A page of them."""

    data: list[Customer]


class Product(Shape):
    """What is sold."""

    name: str


class Recurring(Shape):
    """A price; ``unit_amount`` is empty for tiers."""

    id: str
    currency: str
    unit_amount: int | None = None
    nickname: str | None = None
    product: str | None = None


class Item(Shape):
    """A line of a subscription; the period moved here with the API of March 2025."""

    price: Recurring
    quantity: int | None = None
    current_period_end: int | None = None


class Items(Shape):
    """A page of them."""

    data: list[Item]


class Subscription(Shape):
    """What is paid for again and again."""

    id: str
    status: str
    created: int
    items: Items
    current_period_end: int | None = None


class Subscriptions(Shape):
    """A page of them."""

    data: list[Subscription]


class LoginPage(Shape):
    """The page on which customers of the account sign in by mail."""

    enabled: bool = False
    url: str | None = None


class Portal(Shape):
    """How the account's customer page is set up."""

    login_page: LoginPage = LoginPage()


class Portals(Shape):
    """A page of them."""

    data: list[Portal]


class Session(Shape):
    """A short-lived way into the customer page."""

    url: str


class Account(Shape):
    """Whose key it is."""

    id: str
    email: str | None = None


class _Fault(Shape):
    code: str | None = None
    type: str | None = None


class Trouble(Shape):
    """How Stripe says no."""

    error: _Fault = _Fault()
