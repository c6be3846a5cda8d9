"""A scripted customer of the benchmark: the first message, then an answer to what is asked, from what the case says that they know."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

FORBIDDEN = re.compile(
    r"\b(?:if the agent|the agent|you (?:prefer|do not want|don't want) not? ?to (?:reveal|mention))[^.]*\.",
    re.IGNORECASE,
)

_DEEDS = {
    "cancel_pending_order": "cancel your order",
    "return_delivered_order_items": "open a return",
    "modify_pending_order_address": "be sent to this address",
}
"""The tool that a case expects -> the words of the question that asks for it."""


def first_message(case: Mapping[str, Any]) -> str:
    """What the customer writes first: the reason for the call in their own voice, instructions to the player left out."""
    said = case["user_scenario"]["instructions"]["reason_for_call"]
    said = FORBIDDEN.sub("", said)
    for theirs, mine in ((r"\byou are\b", "I am"), (r"\byour\b", "my"), (r"\byou've\b", "I have"), (r"\byou\b", "I")):
        said = re.sub(theirs, mine, said, flags=re.IGNORECASE)
    return said.strip()


class Customer:
    """Answers by what the case expects to happen; what it does not expect is not agreed to."""

    def __init__(self, case: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        actions = case["evaluation_criteria"]["actions"]
        self._wanted = [
            one for one in actions if one["name"].split("_")[0] in ("cancel", "return", "modify", "exchange")
        ]
        self._data = data
        self._at = 0

    def answer(self, slots: Sequence[str], question: str) -> str:
        """The next message, to a question for these slots."""
        wanted = self._meant(question)
        arguments = wanted["arguments"] if wanted else {}
        if "confirm" in slots:
            return "yes" if self._agrees(question) else "no"
        if "reason" in slots:
            return str(arguments.get("reason", "no longer needed"))
        if "number" in slots:
            found = [one["arguments"]["order_id"] for one in self._wanted if "order_id" in one["arguments"]]
            return f"It is order {found[min(self._at, len(found) - 1)]}" if found else "I do not know the number."
        if "item" in slots:
            return self._items(arguments)
        if "address" in slots and "address1" in arguments:
            parts = (
                arguments["address1"],
                arguments["address2"],
                f"{arguments['city']} {arguments['state']} {arguments['zip']}",
            )
            return ", ".join(part for part in (*parts, arguments["country"]) if part)
        return "I do not know."

    def _meant(self, question: str) -> Mapping[str, Any] | None:
        """The action that the case expects on the order that the question names; the first one where it names none."""
        named = [one for one in self._wanted if str(one["arguments"].get("order_id", "#")).lstrip("#") in question]
        return next(iter(named), None) if "order_id" in str(self._wanted) else None

    def _agrees(self, question: str) -> bool:
        """Whether what the question says would be done is what the case wants done: the same deed, order and items."""
        return any(
            one["name"] in _DEEDS
            and one["arguments"]["order_id"].lstrip("#") in question
            and _DEEDS[one["name"]] in question.casefold()
            and all(name in question for name in self._names(one["arguments"]))
            for one in self._wanted
        )

    def _names(self, arguments: Mapping[str, Any]) -> list[str]:
        order, wanted = self._data["orders"].get(arguments.get("order_id", "")), arguments.get("item_ids", ())
        return [item["name"] for item in order["items"] if item["item_id"] in wanted] if order else []

    def _items(self, arguments: Mapping[str, Any]) -> str:
        return " and ".join(self._names(arguments)) or "All of it."
