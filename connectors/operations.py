"""What a backend can do for a ticket: the contract of a backend, and the one catalogue of operations with neutral names.

A workflow names operations, never vendors: whoever connects another shop changes no workflow. Inputs and outputs are plain
JSON, because they are saved with the run. Moments are ISO 8601 in UTC, money is an integer in the currency's smallest unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, runtime_checkable

from connectors.base import Connection, Setting
from connectors.types import File, Inbound

__all__ = ["OPERATIONS", "ORDER", "Backend", "Fields", "File", "Operation", "Result", "Risk", "Signal", "Signals"]

Fields = Mapping[str, Any]
"""Named values of plain JSON, such as an operation's inputs."""


class FileSetting(Setting):
    """A setting whose value is the text of a file. Who connects names its path or its https address; the text is kept."""


class Risk(StrEnum):
    """What an operation can do wrong, least first."""

    READ = "read"
    REVERSIBLE = "reversible"
    """It has an inverse, which is run when a later step fails."""
    IRREVERSIBLE = "irreversible"
    """It is never run without a person's approval."""


@dataclass(frozen=True)
class Operation:
    """One thing that a backend does. ``title`` is what a person is asked to approve."""

    title: str
    risk: Risk
    inputs: tuple[str, ...] = ()
    """What it cannot do without."""
    optional: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    inverse: str = ""
    """The operation that undoes it; it takes its inputs by name from this one's inputs and outputs."""
    amount: str = ""
    """The input that is money, for the limits; its currency is the input ``currency``."""
    owner: str = ""
    """The output that says whose data it is: nothing of it is used for anybody else."""


@dataclass(frozen=True)
class Result:
    """What a backend said. ``recovered``: an earlier attempt of the same key had been taken, and nothing was sent this time."""

    outputs: Fields
    files: tuple[File, ...] = ()
    recovered: bool = False


class Backend(Protocol):
    """A system of the account's that is asked and told. Built as ``Class(connection)``: no call is made then."""

    name: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]

    def __init__(self, connection: Connection) -> None: ...

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do, by the catalogue's names; one described by a file of its own adds names of its own."""
        ...

    def check(self) -> Mapping[str, str]:
        """Make one cheap authenticated call; say who we are there. Raises a ConnectorError."""
        ...

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """Do it once. Every operation but a read is given a ``key``, which names the effect and goes to the backend.

        ``since`` is given when an earlier attempt of the key, begun then, may have been taken: where the backend does not
        drop repeats by itself it is read first. Raises NotFound where there is no such thing, Refused where the backend says
        no (already refunded, already shipped), Unsupported for an operation that it has not, and the other ConnectorErrors.
        """
        ...


@dataclass(frozen=True)
class Signal:
    """Something happened in a backend: ``kind`` is ``issue.resolved``, ``issue.changed``...; ``about`` is its key there."""

    delivery: str
    """Unique per connection and the same for every resend."""
    kind: str
    about: str
    at: datetime
    values: Fields = field(default_factory=lambda: MappingProxyType({}))


@runtime_checkable
class Signals(Protocol):
    """Extra: a backend that tells us by webhook what happened in it."""

    def heard(self, request: Inbound) -> Sequence[Signal]:
        """Verify, then read. What we need not know comes back as nothing. Raises BadSignature or BadPayload."""
        ...


def _read(title: str, inputs: str = "", outputs: str = "", *, optional: str = "", owner: str = "") -> Operation:
    return Operation(
        title, Risk.READ, tuple(inputs.split()), tuple(optional.split()), tuple(outputs.split()), owner=owner
    )


def _effect(
    title: str, inputs: str, outputs: str = "", *, inverse: str = "", optional: str = "", amount: str = ""
) -> Operation:
    risk = Risk.REVERSIBLE if inverse else Risk.IRREVERSIBLE
    return Operation(
        title,
        risk,
        tuple(inputs.split()),
        tuple(optional.split()),
        tuple(outputs.split()),
        inverse=inverse,
        amount=amount,
    )


ORDER = (
    "number owner placed_at status total currency items shipped_at expected_at delivered_at carrier tracking_number "
    "tracking_url address payment refunded returns"
)
"""An order's outputs. ``owner`` is the buyer's e-mail address, folded. ``status``: ``pending processing in-transit delivered
cancelled returned``. ``items``: ``id title quantity price returnable``; ``address``: ``name street street2 city zip region country
phone``; ``payment``: its id at the payment backend, or empty; ``returns``: ``number status``. What is not known is null."""

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        # a shop
        "find_order": _read("Look up an order", "number", ORDER, owner="owner"),
        "orders_of": _read(
            "Look up a customer's orders",
            "email",
            "owner name lifetime_value currency count returned orders",
            owner="owner",
        ),
        "find_product": _read("Look up products", "query", "products"),
        "update_address": _effect(
            "Change an order's delivery address", "number address", "previous", inverse="restore_address"
        ),
        "restore_address": _effect("Put an order's former address back", "number previous"),
        "cancel_order": _effect("Cancel an order", "number reason", "status"),
        "open_return": _effect("Open a return", "number items reason", "return_number", inverse="cancel_return"),
        "cancel_return": _effect("Take a return back", "return_number"),
        # a customer's account there
        "send_password_link": _effect(
            "Send a link to set a new password", "email", "expires_at", optional="lasts", inverse="expire_password_link"
        ),
        "expire_password_link": _effect("End a password link", "email"),
        "update_customer": _effect(
            "Change a customer's details", "email changes", "previous", inverse="restore_customer"
        ),
        "restore_customer": _effect("Put a customer's former details back", "email previous"),
        # payments
        "find_payment": _read(
            "Look up a payment", "payment", "payment owner amount currency refunded status", owner="owner"
        ),
        "refund": _effect(
            "Refund a payment", "payment amount currency", "refund amount status", optional="reason", amount="amount"
        ),
        "find_subscription": _read(
            "Look up a subscription",
            "email",
            "owner customer plan status seats renews_at amount currency",
            owner="owner",
        ),
        "payment_link": _effect(
            "Make a link to change the payment method", "email", "url expires_at", inverse="expire_payment_link"
        ),
        "expire_payment_link": _effect("End a payment link", "url"),
        # parcels
        "create_label": _effect(
            "Make a return label",
            "number sender",
            "label carrier tracking_number tracking_url",
            inverse="void_label",
            optional="parcel",
        ),
        "void_label": _effect("Cancel a return label", "label"),
        # issues
        "search_issues": _read("Search known issues", "query", "issues"),
        "find_issue": _read("Look up an issue", "issue", "issue title status resolved resolution url"),
        "create_issue": _effect(
            "Open an issue", "title text", "issue url", optional="labels priority assignee kind", inverse="close_issue"
        ),
        "link_issue": _effect("Link an issue", "issue url title", "link", inverse="unlink_issue"),
        "unlink_issue": _effect("Take a link off an issue", "issue link"),
        "comment_issue": _effect("Comment on an issue", "issue text", "comment", inverse="delete_comment"),
        "delete_comment": _effect("Take a comment off an issue", "issue comment"),
        "close_issue": _effect("Close an issue", "issue"),
        # how things run
        "metrics": _read("Read metrics", "minutes", "series", optional="names account"),
        "errors": _read("Read errors", "minutes", "errors", optional="account email"),
        "incidents": _read("Look up incidents", "", "incidents", optional="since"),
        # a bank
        "find_customer": _read(
            "Look up a customer", "email", "owner customer name phone since accounts cards", owner="owner"
        ),
        "balances": _read("Look up balances", "customer", "owner accounts", owner="owner"),
        "transactions": _read(
            "Look up transactions", "customer", "owner transactions", optional="limit account", owner="owner"
        ),
        "find_transaction": _read(
            "Look up a transaction",
            "customer transaction",
            "owner transaction at merchant amount currency place customer_place card",
            owner="owner",
        ),
        "risk": _read(
            "Read risk facts",
            "customer",
            "owner score level previous_fraud account_years typical_low typical_high currency",
            owner="owner",
        ),
        "lock_card": _effect("Lock a card", "card", "status", inverse="unlock_card"),
        "unlock_card": _effect("Unlock a card", "card", "status"),
        "open_case": _effect(
            "Open a case", "customer kind text", "case", optional="details team", inverse="close_case"
        ),
        "close_case": _effect("Close a case", "case"),
        # appointments
        "open_slots": _read("Look up free appointments", "after", "slots", optional="kind"),
        "book_appointment": _effect(
            "Book an appointment", "slot name email", "appointment at", inverse="cancel_appointment"
        ),
        "cancel_appointment": _effect("Cancel an appointment", "appointment"),
        # words on other ways
        "send_text": _effect("Send a text message", "to text", "message"),
    }
)
"""Every operation with a neutral name. Lists hold plain mappings:

``issues``: ``issue title status url text workaround eta labels``; ``series``: ``name unit latest mean highest usual``; ``errors``: ``at
message count trace``; ``incidents``: ``incident title status impact url started_at resolved_at components text``; ``accounts``: ``account
kind last2 available current currency``; ``cards``: ``card last4 status``;
``transactions``: ``transaction at merchant amount currency place customer_place card``;
``products``: ``id title options price currency available url``; ``slots``: ``slot at kind``; ``orders``: an order's outputs each.
"""
