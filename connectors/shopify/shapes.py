"""What Shopify's answers have to look like, as far as they are read. No meaning is given to them here."""

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from connectors.rest import Shape


class Camel(Shape):
    """A shape with the API's spelling of names."""

    model_config = ConfigDict(alias_generator=to_camel)


N = TypeVar("N")


class Nodes(Camel, Generic[N]):
    """A connection's page."""

    nodes: list[N]


class Money(Camel):
    """An amount as decimal text."""

    amount: str
    currency_code: str


class MoneyBag(Camel):
    """An amount in the shop's own currency."""

    shop_money: Money


class Address(Camel):
    """Where a parcel goes."""

    name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code_v2: str | None = None
    phone: str | None = None


class Line(Camel):
    """One line of an order."""

    id: str
    title: str
    variant_title: str | None = None
    quantity: int
    refundable_quantity: int
    original_unit_price_set: MoneyBag


class Tracking(Camel):
    """Where a parcel can be followed."""

    company: str | None = None
    number: str | None = None
    url: str | None = None


class Fulfillment(Camel):
    """A parcel."""

    created_at: datetime
    in_transit_at: datetime | None = None
    estimated_delivery_at: datetime | None = None
    delivered_at: datetime | None = None
    display_status: str | None = None
    tracking_info: list[Tracking]


class Transaction(Camel):
    """A movement of money; ``authorization_code`` is its name at the payment provider."""

    kind: str
    status: str
    authorization_code: str | None = None


class Return(Camel):
    """A return."""

    id: str
    name: str
    status: str


class Order(Camel):
    """An order with all that a person could be told about it."""

    id: str
    name: str
    email: str | None = None
    created_at: datetime
    cancelled_at: datetime | None = None
    display_financial_status: str | None = None
    display_fulfillment_status: str
    return_status: str
    total_price_set: MoneyBag
    total_refunded_set: MoneyBag
    shipping_address: Address | None = None
    line_items: Nodes[Line]
    fulfillments: list[Fulfillment]
    transactions: list[Transaction]
    returns: Nodes[Return]


class Orders(Camel):
    """``data`` of a search for orders."""

    orders: Nodes[Order]


class LineId(Camel):
    """An order's line, named."""

    id: str


class Sent(Camel):
    """What of a line was in a parcel."""

    id: str
    line_item: LineId


class Returnable(Camel):
    """So many of a sent line may come back."""

    quantity: int
    fulfillment_line_item: Sent


class ReturnableParcel(Camel):
    """A parcel of which something may come back."""

    returnable_fulfillment_line_items: Nodes[Returnable]


class Returnables(Camel):
    """``data`` of that question."""

    returnable_fulfillments: Nodes[ReturnableParcel]


class Email(Camel):
    """A customer's address."""

    email_address: str


class Past(Camel):
    """Whether an order came back."""

    return_status: str


class Customer(Camel):
    """A buyer with the newest orders, and of all orders whether they came back."""

    display_name: str
    default_email_address: Email | None = None
    number_of_orders: str
    amount_spent: Money
    history: Nodes[Past]
    orders: Nodes[Order]


class Customers(Camel):
    """``data`` of a search for buyers."""

    customers: Nodes[Customer]


class Option(Camel):
    """A size, a colour."""

    name: str
    values: list[str]


class Range(Camel):
    """From this price on."""

    min_variant_price: Money


class Variant(Camel):
    """One kind of a product."""

    available_for_sale: bool


class Product(Camel):
    """Something on sale."""

    id: str
    title: str
    online_store_url: str | None = None
    options: list[Option]
    price_range_v2: Range
    variants: Nodes[Variant]


class Products(Camel):
    """``data`` of a search for products."""

    products: Nodes[Product]


class Cancellation(Camel):
    """What was noted when an order was cancelled."""

    staff_note: str | None = None


class Metafield(Camel):
    """A value that we left."""

    value: str


class ReturnLine(Camel):
    """Why one line comes back."""

    return_reason_note: str


class Phone(Camel):
    """A customer's number."""

    phone_number: str


class TracedCustomer(Camel):
    """A customer, as far as an effect has to know them."""

    id: str
    default_email_address: Email | None = None
    default_phone_number: Phone | None = None
    metafield: Metafield | None = None


class CustomerTraces(Camel):
    """``data`` of that question."""

    customers: Nodes[TracedCustomer]


class TracedReturn(Return):
    """A return with its reasons."""

    return_line_items: Nodes[ReturnLine]


class Traced(Camel):
    """An order, as far as an effect has to know it."""

    id: str
    name: str
    cancelled_at: datetime | None = None
    display_fulfillment_status: str
    cancellation: Cancellation | None = None
    shipping_address: Address | None = None
    metafield: Metafield | None = None
    returns: Nodes[TracedReturn]


class Traces(Camel):
    """``data`` of that question."""

    orders: Nodes[Traced]


class Shop(Camel):
    """Whose shop it is."""

    name: str
    myshopify_domain: str


class Shops(Camel):
    """``data`` of that question."""

    shop: Shop


class Opened(Camel):
    """The return that was opened."""

    return_: Return | None = None

    model_config = ConfigDict(alias_generator=lambda name: to_camel(name.rstrip("_")))


class Opening(Camel):
    """``data`` of opening one."""

    return_create: Opened
