"""A bank's customers: balances after proof, disputes with their documents. A suspicion of fraud is next door.

Nothing here says more of an account or a card than its last digits, and nothing at all before it is proven who asks.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision

from app.engine.actions.identity import proved
from app.engine.actions.words import asked, done, handed
from app.engine.templates import words
from app.engine.types import Reason
from app.engine.workflows.types import Action, Answer, Call, Done, Failure, HandOver, Move, Scene, Step
from connectors.types import Role

FETCHED_AT_MOST = 20
"""Transactions that are looked at."""
LONGEST_TEXT = 1_000
_RECENT = re.compile(r"(\d{1,2})[- ]?transactions?")
_YEARS = re.compile(r"(\d{1,2})[- ]years?")
_DAY = r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"
_LONG_NUMBER = re.compile(rf"(?<!\d)(?!{_DAY})\d(?:[ -]?\d){{6,}}")
"""A day is none, so that people still see when something was paid."""
_SOCIAL = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_TRANSACTION = re.compile(
    r"\b(?:transaction|txn|reference|ref)\.?(?:\s(?:id|number|no\.?))?(?:\s(?:is|was))?\s?[:#]?\s?((?=[\w-]{0,30}\d)[A-Za-z0-9][\w-]{1,30})",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\W{0,3}((?=[A-Za-z-]{1,12}\d)[A-Za-z][\w-]{1,30})\W{0,3}(?:\n|,|$)")
"""What somebody answers who was asked for it: the name alone, or first."""
Facts = Mapping[str, Any]


# --- the balance ----------------------------------------------------------------------------------------------


def _fetch(step: Step, scene: Scene) -> Move:
    if (move := proved(step, scene)) is not None:
        return move
    customer = customer_of(step, scene)
    if not isinstance(customer, Mapping):
        return customer
    system = str(step.settings.get("api", ""))
    look = Call("balances", {"customer": customer["customer"]}, system)
    recent = Call("transactions", {"customer": customer["customer"], "limit": FETCHED_AT_MOST}, system)
    for call in (look, recent):
        if scene.answer(call) is None:
            return call
    accounts, spent = found(scene, look, "accounts"), found(scene, recent, "transactions")
    if not accounts:
        return HandOver(Reason("no_account", "The bank shows no account of this customer."))
    outputs = {"customer": customer["customer"], "accounts": accounts, "transactions": spent}
    return Done(
        outputs, notes=(f"Account data of the customer was read ({step.settings.get('dataClassification', 'PII')}).",)
    )


def _format(step: Step, scene: Scene) -> Move:
    if (move := proved(step, scene)) is not None:
        return move
    accounts, spent = scene.outputs.get("accounts"), scene.outputs.get("transactions") or ()
    if not accounts:
        return HandOver(Reason("no_account", "There is no account data to show."))
    count = _recent(step.settings.get("includeRecent"))
    hidden = frozenset(str(one) for one in step.settings.get("mask") or ())
    shown = [{**one, "merchant": masked(str(one["merchant"]), hidden)} for one in spent[:count]]
    fields = {"accounts": [_account(one) for one in accounts], "transactions": shown or None}
    return done(scene, "balance-statement", fields, outputs={"answered": True})


def _account(one: Facts) -> Facts:
    """Of an account, what may be told: no number but its last digits."""
    return {name: one[name] for name in ("last2", "available", "current", "currency")}


def _recent(given: Any) -> int:
    """How many, from ``5-transactions``; none where it is not said."""
    found = _RECENT.fullmatch(str(given).strip()) if given else None
    return min(int(found[1]), FETCHED_AT_MOST) if found else 0


def masked(text: str, hidden: frozenset[str]) -> str:
    """The text without numbers that a person could be robbed with: account numbers keep two digits, others none."""
    if "ssn" in hidden:
        text = _SOCIAL.sub("***", text)
    return _LONG_NUMBER.sub(lambda found: f"**{re.sub(r'[ -]', '', found[0])[-2:]}", text)


def _log(step: Step, scene: Scene) -> Move:
    """What is kept is the run's own record; this names what was seen, on what proof, and until when it is kept."""
    kept = _YEARS.fullmatch(str(step.settings.get("retentionPeriod", "")).strip())
    until = _later(scene.now, int(kept[1])) if kept else None
    access = {
        "type": scene.category,
        "at": scene.now.isoformat(),
        "agent": "bot",
        "piiAccessed": bool(scene.outputs.get("accounts")),
        "authenticationMethod": scene.outputs.get("proof") or scene.identity.level.name.lower(),
        "retentionExpires": until.date().isoformat() if until else None,
    }
    line = f"Access logged: {access['type']}, proven by {access['authenticationMethod']}"
    return Done(
        {"access": access}, notes=(f"{line}, kept until {access['retentionExpires']}." if until else f"{line}.",)
    )


def _later(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year + years)
    except ValueError:  # the 29th of February
        return now.replace(year=now.year + years, month=3, day=1)


# --- a dispute ------------------------------------------------------------------------------------------------


def _collect(step: Step, scene: Scene) -> Move:
    """What a dispute needs, from the customer's own messages; what is missing is asked for in one question."""
    required = [str(one) for one in step.settings.get("required") or ()]
    given = {slot: value for slot in required if (value := _slot(slot, scene))}
    missing = [slot for slot in required if slot not in given]
    if missing:
        fields = {name.replace("-", "_"): True for name in missing} | {"again": scene.asked or None}
        return asked(scene, "ask-dispute-details", tuple(missing), fields)
    return Done(
        {"details": given}, notes=tuple(f"{slot}: {value}" for slot, value in given.items() if slot != "dispute-reason")
    )


def _slot(slot: str, scene: Scene) -> str:
    texts = [*reversed(scene.heard), *_written(scene)]
    if slot == "transaction-id":
        named = next((hit[1] for text in texts if (hit := _TRANSACTION.search(text))), "")
        return named or next((hit[1] for text in reversed(scene.heard) if (hit := _ALONE.match(text))), "")
    if slot == "dispute-reason":
        said = "\n".join(dict.fromkeys(reversed(texts)))
        return masked(said[:LONGEST_TEXT], frozenset({"ssn"})).strip()
    known = {"date": "date", "amount": "amount"}.get(slot, slot)
    return next(iter(scene.classification.entities.get(known, ())), "")


def _written(scene: Scene) -> list[str]:
    """The customer's public messages, newest first."""
    return [m.text for m in reversed(scene.ticket.messages) if m.public and m.author.role is Role.CUSTOMER]


def _verify(step: Step, scene: Scene) -> Move:
    customer = customer_of(step, scene)
    if not isinstance(customer, Mapping):
        return customer
    details = scene.outputs.get("details") or {}
    named = str(details.get("transaction-id") or "")
    inputs = {"customer": customer["customer"], "transaction": named}
    call = Call("find_transaction", inputs, str(step.settings.get("api", "")), needed=False)
    answer = scene.answer(call)
    if answer is None:
        return call
    if not answer:
        return HandOver(_unseen(answer, "transaction"))
    if differs := _differs(details, answer.outputs):
        return HandOver(
            Reason("details_differ", f"The transaction was found, but its {differs} is not what the customer says.")
        )
    paid = {name: answer.outputs[name] for name in ("transaction", "at", "merchant", "amount", "currency")}
    return Done({"customer": customer["customer"], "paid": paid}, notes=lines(answer.outputs))


def _differs(details: Facts, paid: Facts) -> str:
    """What of the two does not agree: a case about another payment helps nobody."""
    wanted = units(str(details.get("amount") or ""))
    if wanted and wanted != (abs(int(paid["amount"])), paid["currency"]):
        return "amount"
    day = str(details.get("date") or "")[:10]
    return "date" if day and day != str(paid["at"])[:10] else ""


def _case(step: Step, scene: Scene) -> Move:
    """The case, with what the customer says as they say it; team and kind as the configuration names them."""
    customer = scene.outputs.get("customer")
    if not customer:
        return HandOver(Reason("no_customer", "It is not known whose case it would be."))
    details = {str(name): str(value) for name, value in (scene.outputs.get("details") or {}).items()}
    kind = scene.category.removeprefix("transaction-").removesuffix("-report") or "case"
    text = details.pop("dispute-reason", "") or masked(scene.question[:LONGEST_TEXT], frozenset({"ssn"}))
    inputs = {"customer": customer, "kind": kind, "text": text, "details": details}
    if step.settings.get("assignTo"):
        inputs["team"] = str(step.settings["assignTo"])
    call = Call("open_case", inputs, str(step.settings.get("system", "")))
    answer = scene.answer(call)
    if answer is None:
        return call
    return Done({"case": answer.outputs["case"]}, notes=(f"Case {answer.outputs['case']} was opened.",))


def _acknowledge(step: Step, scene: Scene) -> Move:
    """The promise is the configuration's, in its own words; without a case there is nothing to acknowledge."""
    case = scene.outputs.get("case")
    if not case:
        return HandOver(Reason("no_case", "There is no case to tell the customer of."))
    promised = re.sub(r"^provide-update-", "", str(step.settings.get("sla", ""))).replace("-", " ").strip()
    return done(scene, "case-acknowledged", {"case": case, "promised": promised or None})


# --- what they share ------------------------------------------------------------------------------------------


def customer_of(step: Step, scene: Scene) -> Facts | Move:
    """The bank's customer whose address the host vouches for; never one that a text names."""
    if not scene.identity.email:
        return HandOver(Reason("not_known", "It is not known who writes."))
    call = Call("find_customer", {"email": scene.identity.email}, str(step.settings.get("api", "")), needed=False)
    answer = scene.answer(call)
    if answer is None:
        return call
    return dict(answer.outputs) if answer else handed(scene, _unseen(answer, "customer"))


def _unseen(answer: Answer, what: str) -> Reason:
    if answer.failure in (Failure.NOT_FOUND, Failure.FOREIGN):
        return Reason(f"{what}_not_found", f"The bank knows no such {what} for whoever is proven to ask.")
    return Reason(f"{what}_{answer.failure}", "The bank could not be asked: no usable answer came.")


def found(scene: Scene, call: Call, name: str) -> list[Facts]:
    """A list that the bank answered with; empty where it did not."""
    answer = scene.answer(call)
    return list(answer.outputs.get(name) or ()) if answer else []


def units(text: str) -> tuple[int, str] | None:
    """``500.00 USD`` in the smallest unit."""
    number, _, currency = text.partition(" ")
    try:
        return int(Decimal(number).scaleb(get_currency_precision(currency))), currency
    except (InvalidOperation, ValueError):
        return None


def lines(paid: Facts, customer: Facts | None = None) -> tuple[str, ...]:
    """A payment as the team sees it."""
    amount = words.money(abs(int(paid["amount"])), paid["currency"], "en")
    said = [f"Transaction: {amount} at {masked(str(paid['merchant']), frozenset())} on {paid['at']}"]
    used = next((c for c in (customer or {}).get("cards") or () if c.get("card") == paid.get("card")), None)
    if used:
        said.append(f"Card used: ending in {used['last4']}")
    where = {"Merchant location": paid.get("place"), "Customer location at that time": paid.get("customer_place")}
    said += [f"{what}: {masked(str(place), frozenset())}" for what, place in where.items() if place]
    return tuple(said)


FETCHED = Action(_fetch, (), ("customer", "accounts", "transactions"), ("find_customer", "balances", "transactions"))
FORMATTED = Action(_format, ("accounts", "transactions"), ("answered",))
LOGGED = Action(_log, ("accounts", "proof"), ("access",))
COLLECTED = Action(_collect, (), ("details",))
VERIFIED = Action(_verify, ("details",), ("customer", "paid"), ("find_customer", "find_transaction"))
OPENED = Action(_case, ("customer", "details"), ("case",), ("open_case",))
ACKNOWLEDGED = Action(_acknowledge, ("case",))
