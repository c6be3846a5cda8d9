"""The checks, each from facts to a result. None passes without having looked."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from app.engine.compliance.facts import Facts, Result, Status, Violation

STALE = timedelta(days=2)
"""A look that ended longer ago than this, while the period goes on, is said to be old."""
VISIBLE = timedelta(seconds=60)
"""Within which people can see in the host what came in."""
UNTOUCHED = timedelta(days=365)
"""A token without an end that is older than this was forgotten."""

# --- card data ----------------------------------------------------------------------------------------------

WORDS = {"card": "A card number", "cvv": "A card's security code", "plain": "Something that has to be sealed"}
PLACES = {"chat": "in a conversation", "sent": "in what we said", "storage": "in our tables", "log": "in a log"}


def no_cards_in_chat(facts: Facts) -> Result:
    """No card number stands in a conversation: none in what we said, and what customers wrote was taken out of the host."""
    return _nowhere(facts, ("card",), ("chat", "sent"))


def no_cards_stored(facts: Facts) -> Result:
    """No card number stands in our own tables."""
    return _nowhere(facts, ("card",), ("storage",))


def no_cards_logged(facts: Facts) -> Result:
    """No card number or security code stands in a log."""
    return _nowhere(facts, ("card", "cvv"), ("log",))


def no_codes(facts: Facts) -> Result:
    """No card's security code stands anywhere: neither in conversations nor in our tables."""
    return _nowhere(facts, ("cvv",), ("chat", "sent", "storage"))


def _nowhere(facts: Facts, kinds: Sequence[str], places: Sequence[str]) -> Result:
    """FAIL for what is still there, or was ours to keep out; what a customer wrote and was taken out since is none."""
    here = [one for one in facts.found if one.kind in kinds and one.place in places and _within(one.at, facts)]
    bad = [one for one in here if one.place != "chat" or one.gone_at is None]
    violations = tuple(
        Violation(f"{WORDS[one.kind]} {PLACES[one.place]}: {one.subject}", one.at, one.link) for one in bad
    )
    gone = len(here) - len(bad)
    said = f"{gone} taken out of conversations; " if gone else ""
    if violations:
        return Result(Status.FAIL, f"{said}{len(violations)} found", violations)
    why = next((why for place in places if (why := _unseen(facts, place))), "")
    if why:
        return Result(Status.UNKNOWN, why)
    rows = ", ".join(f"{_counted(facts.looked[place].seen, UNITS[place])}" for place in places)
    began = max(facts.looked[place].began for place in places)
    since = f"since {began:%Y-%m-%d} " if began > facts.since and not {"chat", "log"}.isdisjoint(places) else ""
    return Result(Status.PASS, f"{said}{rows} looked through {since}until {_ended(facts, places):%Y-%m-%d %H:%M} UTC")


NAMED = "name the log files in DESKHAND_LOG_FILES, or see `deskhand compliance scan --logs`"
UNITS = {"chat": "ticket", "sent": "message", "storage": "row", "log": "line"}


def _unseen(facts: Facts, place: str) -> str:
    """Why nothing can be said of a place, or nothing."""
    looked, name = facts.looked.get(place), PLACES[place]
    if looked is None:
        return f"nobody has looked {name}" + (f": {NAMED}" if place == "log" else "")
    if looked.why or (place == "log" and not looked.seen):
        return looked.why or f"no line stands in the logs that are looked through: {NAMED}"
    if looked.until is None or looked.until <= facts.since:
        return f"nobody has looked {name} for this period yet"
    if looked.until < min(facts.until, facts.now - STALE):
        return f"nobody has looked {name} since {looked.until:%Y-%m-%d}"
    if place in ("chat", "log") and looked.began >= facts.until:
        return f"{name}: nobody looked before {looked.began:%Y-%m-%d}"
    return ""


def _ended(facts: Facts, places: Sequence[str]) -> datetime:
    ends = [end for place in places if (end := facts.looked[place].until)]
    return min([*ends, facts.until])


def encrypted(facts: Facts) -> Result:
    """Everything that has to be sealed is: looked at as it lies in the database."""
    plain = tuple(
        Violation(f"{WORDS['plain']} lies open: {one.subject}", one.at, one.link)
        for one in facts.found
        if one.kind == "plain" and one.gone_at is None
    )
    if plain:
        return Result(Status.FAIL, f"{len(plain)} not sealed", plain)
    if facts.sealed is None:
        return Result(Status.UNKNOWN, "nobody has looked at how secrets and personal data are stored yet")
    rows = sum(facts.sealed.values())
    if not rows:
        return Result(Status.UNKNOWN, "nothing is stored yet that has to be sealed")
    return Result(Status.PASS, f"{_counted(rows, 'sealed value')} in {_counted(len(facts.sealed), 'column')} looked at")


def access_logged(facts: Facts) -> Result:
    """Every read of a person's data at a backend is on record."""
    if facts.reads is None:
        return Result(Status.UNKNOWN, "nobody has looked at which data were read")
    missing = tuple(
        Violation(f"A customer's data were read and nothing says so: ticket {one.ticket}", one.at, one.link)
        for one in facts.reads
        if not one.logged
    )
    if missing:
        return Result(Status.FAIL, f"{len(missing)} of {len(facts.reads)} reads are not on record", missing)
    return Result(Status.PASS, f"{_counted(len(facts.reads), 'read')} of customers' data, each on record")


# --- rights -------------------------------------------------------------------------------------------------


def asked(kind: str) -> Callable[[Facts], Result]:
    """A check that every request of this kind is answered by its day."""

    def check(facts: Facts) -> Result:
        if facts.requests is None:
            return Result(Status.UNKNOWN, "no requests are kept")
        mine = [one for one in facts.requests if one.kind == kind]
        late = tuple(
            Violation(f"A request of {one.asked_at:%Y-%m-%d} was due on {one.due_at:%Y-%m-%d}", one.due_at, one.link)
            for one in mine
            if (one.done_at or facts.now) > one.due_at
        )
        if late:
            return Result(Status.FAIL, f"{len(late)} of {len(mine)} not answered in time", late)
        still = sum(one.done_at is None for one in mine)
        return Result(Status.PASS, f"{_counted(len(mine), 'request')}, {still} still open, none late")

    return check


def consent_tracked(facts: Facts) -> Result:
    """No language model was asked about words of somebody who did not allow it."""
    if facts.consents is None:
        return Result(Status.UNKNOWN, "nobody has looked at what people said")
    missing = tuple(Violation(one.what, one.at, one.link) for one in facts.consents.missing)
    if missing:
        return Result(Status.FAIL, f"{len(missing)} of {facts.consents.asked} without leave", missing)
    said = f"{_counted(facts.consents.asked, 'ticket')} that a language model was asked about, none against a customer's word"
    return Result(Status.PASS, said)


REPLACED = "end it with `deskhand account revoke`, and give out another one with"

# --- access, change, availability ---------------------------------------------------------------------------


def access_controlled(facts: Facts) -> Result:
    """Every token says whose it is, and none without an end is older than a year."""
    if facts.tokens is None:
        return Result(Status.UNKNOWN, "nobody has looked at who has access")
    unnamed = [
        Violation(f"Token {one.name} does not say whose it is: {REPLACED} --label", one.made_at)
        for one in facts.tokens
        if not one.by_name
    ]
    old = [
        Violation(f"Token {one.name} has no end and is older than a year: {REPLACED} --days", one.made_at)
        for one in facts.tokens
        if one.ends_at is None and facts.now - one.made_at > UNTOUCHED
    ]
    if unnamed or old:
        return Result(Status.FAIL, f"{len(unnamed) + len(old)} tokens to look after", (*unnamed, *old))
    said = f"{_counted(len(facts.tokens), 'token')}, {_counted(facts.signed_in, 'sign-in')} on record"
    return Result(Status.PASS, said)


def changes_known(facts: Facts) -> Result:
    """Of every change of settings and of autonomy it is known who made it."""
    if facts.changes is None:
        return Result(Status.UNKNOWN, "nobody has looked at changes")
    unknown = tuple(
        Violation(f"Nobody knows who made it: {one.what}", one.at, one.link) for one in facts.changes if not one.known
    )
    if unknown:
        return Result(Status.FAIL, f"{len(unknown)} of {len(facts.changes)} changes without a name", unknown)
    return Result(Status.PASS, f"{_counted(len(facts.changes), 'change')}, each with who made it")


def available(facts: Facts) -> Result:
    """What came in was dealt with, and in time: 95 in 100 first writes follow within a minute."""
    if facts.received is None:
        return Result(Status.UNKNOWN, "nobody has looked at what came in")
    waited = tuple(Violation(one.what, one.at, one.link) for one in facts.waited)
    if waited:
        return Result(Status.FAIL, f"{len(waited)} of {facts.received} not dealt with in time", waited)
    if not facts.received:
        return Result(Status.UNKNOWN, "nothing came in")
    came = f"{_counted(facts.received, 'event')} came in, each dealt with"
    if facts.took is None:
        return Result(Status.UNKNOWN, f"{came}; nothing was written, so how long it takes is not known")
    writes, seconds = facts.took.writes, facts.took.most.total_seconds()
    said = f"95 in 100 of {_counted(writes, 'first write')} followed within {seconds:.1f} s"
    if facts.took.most > VISIBLE:
        return Result(Status.FAIL, said, (Violation(f"Slow: {said}", min(facts.until, facts.now)),))
    return Result(Status.PASS, f"{came}; {said}")


def trail_whole(facts: Facts) -> Result:
    """The audit trail's chain was verified lately, and nothing in it was changed, removed, inserted or reordered."""
    chain = facts.chain
    if chain is None or (chain.checked_at is None and not chain.fault):
        return Result(Status.UNKNOWN, "the trail was not verified yet: see `deskhand audit verify`")
    if chain.fault:
        return Result(
            Status.FAIL, "broken", (*chain.acknowledged, Violation(chain.fault, chain.checked_at or facts.now))
        )
    if chain.acknowledged:
        return Result(Status.FAIL, "broken, and somebody looked into it", chain.acknowledged)
    if chain.checked_at is None or chain.checked_at < min(facts.until, facts.now - STALE):
        return Result(Status.UNKNOWN, "the trail was not verified lately: see `deskhand audit verify`")
    return Result(Status.PASS, f"{_counted(chain.rows, 'entry', 'entries')} verified on {chain.checked_at:%Y-%m-%d}")


def _within(at: datetime, facts: Facts) -> bool:
    return facts.since <= at < facts.until


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
