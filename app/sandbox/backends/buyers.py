"""The customers of the played shop: found by address, and changed as the Admin API changes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from app.sandbox.world import World
from connectors.money import decimal

Row = dict[str, Any]


class Bought(Protocol):
    """An order, as far as its buyer's history shows it."""

    placed_at: datetime

    @property
    def total(self) -> int:
        """In the smallest unit."""
        ...


@dataclass
class Buyers:
    """``people`` are names by e-mail address, ``spent`` what was bought before: money, orders, how many of them came back."""

    world: World
    people: dict[str, str] = field(default_factory=dict)
    spent: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    """Customer's id -> metafields by name."""
    _ids: dict[str, str] = field(default_factory=dict)

    def found(self, query: str) -> list[str]:
        """``email:...`` finds one address; nothing else is played."""
        wanted = query.removeprefix("email:").casefold()
        return [one for one in self.people if one.casefold() == wanted]

    def shown(self, email: str, bought: Sequence[Bought], show: Callable[[Any], Row]) -> Row:
        """The customer with their orders, newest first where that is asked for."""
        spent, before, back = self.spent.get(email, (0, 0, 0))
        total = spent + sum(one.total for one in bought)
        old = [{"returnStatus": "RETURNED" if place < back else "NO_RETURN"} for place in range(before)]

        def orders(info: Any, first: int = 10, sortKey: str = "ID", reverse: bool = False) -> Row:  # noqa: N803
            asked = {one.name.value for one in info.field_nodes[0].selection_set.selections[0].selection_set.selections}
            rows = [show(one) for one in sorted(bought, key=lambda o: o.placed_at, reverse=reverse)]
            return {"nodes": ([*rows, *old] if asked == {"returnStatus"} else rows)[:first]}

        return {
            **self._plain(email),
            "displayName": self.people[email],
            "numberOfOrders": str(before + len(bought)),
            "amountSpent": {"amount": decimal(total, "USD"), "currencyCode": "USD"},
            "orders": orders,
        }

    def update(self, info: Any, input: Mapping[str, Any]) -> Row:
        """``customerUpdate``: an address that somebody else has, or a number that is none, is refused."""
        email = next((one for one in self.people if self._id(one) == input.get("id")), None)
        if email is None:
            return _refused("id", "Customer does not exist")
        wanted, phone = str(input.get("email") or email), input.get("phone")
        if wanted != email and wanted.casefold() in {one.casefold() for one in self.people}:
            return _refused("email", "Email has already been taken")
        if phone is not None and not (phone.startswith("+") and phone[1:].isdigit()):
            return _refused("phone", "Phone is invalid")
        for each in input.get("metafields") or ():
            self.marks.setdefault(self._id(email), {})[f"{each['namespace']}.{each['key']}"] = each["value"]
        if "phone" in input:
            self.phones[email] = phone or ""
        self._renamed(email, wanted)
        return {"customer": self._plain(wanted), "userErrors": []}

    def _renamed(self, email: str, wanted: str) -> None:
        self._id(email)
        every: tuple[dict[str, Any], ...] = (self.people, self.spent, self.phones, self._ids)
        for held in every:
            if email in held:
                held[wanted] = held.pop(email)

    def _id(self, email: str) -> str:
        return self._ids.setdefault(email, f"gid://shopify/Customer/{self.world.ids.next('shopify-customer')}")

    def _plain(self, email: str) -> Row:
        id, phone = self._id(email), self.phones.get(email)

        def metafield(info: Any, key: str, namespace: str = "") -> Row | None:
            value = self.marks.get(id, {}).get(f"{namespace}.{key}")
            return None if value is None else {"namespace": namespace, "key": key, "value": value}

        return {
            "id": id,
            "defaultEmailAddress": {"emailAddress": email},
            "defaultPhoneNumber": {"phoneNumber": phone} if phone else None,
            "metafield": metafield,
        }


def _refused(name: str, message: str) -> Row:
    return {"customer": None, "userErrors": [{"field": [name], "message": message}]}
