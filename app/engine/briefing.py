"""What a person finds when a ticket is handed over: a briefing to act on in ten seconds. Never repeats what the customer wrote."""

from collections.abc import Iterator
from itertools import groupby

from app.engine import fields
from app.engine.configuration.calendars import described
from app.engine.escalation import GUESS, Escalation, outside
from app.engine.handoff import first_reply, moment
from app.engine.history import Related
from app.engine.memory import told as remembered
from app.engine.standing import Case, by_plain_names
from app.engine.types import Mode
from connectors.types import Merge, Role

SHOWN = ("accountPlan", "loyaltyTier", "lifetimeValue", "organisation", "organization", "seats", "orders", "country")
"""Facts of the host about a person that are worth a look."""
LEVELS = {1: "For a person", 2: "For a senior person", 3: "Take it now"}
SHOWN_MOODS = 5
STEADY = 0.15
"""A change of mood under this says nothing."""
NAMED = {
    "order": "an order",
    "invoice": "an invoice",
    "tracking": "a tracking number",
    "amount": "an amount",
    "deadline": "a deadline",
    "product": "a product",
    "error": "an error",
}
"""What a text may name, as a briefing says it without repeating it."""
EARLIER = 3
FEW, BRIEF = 4, 30
"""Facts of the host besides, and characters of one."""
LONG = 120
"""Characters of a fact that the configuration asks for by name."""


def briefing(case: Case, escalation: Escalation, mode: Mode = Mode.ASSIST) -> str:
    """The briefing as Markdown: a headline, a line for each subject, numbered steps; what belongs together where nothing is escalated."""
    if not escalation.level:
        return "\n".join(_line(subject, text) for subject, text in (("Context", _context(case)), *_kin(case)) if text)
    known = {name for name, contact in case.configuration.rules.contacts.items() if contact.ways}
    lines = (
        ("Because", " ".join(reason.text for reason in escalation.reasons)),
        ("Who", _who(case)),
        ("Mood", mood(case)),
        ("Tried", _tried(case)),
        ("Context", _context(case)),
        ("Facts", _facts(case)),
        *_kin(case),
        ("Being told", ", ".join(name for name in escalation.notify if name in known)),
        ("Please tell", ", ".join(name for name in escalation.notify if name not in known)),
    )
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(_next(case, escalation, mode), start=1))
    body = "\n".join(_line(subject, text) for subject, text in lines if text)
    return "\n\n".join((_headline(case, escalation), body, f"**Do next**\n\n{steps}"))


def buttons(case: Case, escalation: Escalation, mode: Mode) -> tuple[str, ...]:
    """What the note offers: the draft where there is one, and for what is escalated the word that somebody has it."""
    if mode is not Mode.ASSIST:
        return ()
    history = case.standing.history
    offers = (
        ("share", bool(case.draft.text)),
        ("acknowledge", escalation.level > 0),
        ("merge", history.twin is not None and history.mergeable),
        ("incident", history.cluster is not None and not history.cluster.confirmed),
        ("resume", escalation.level > 0),
    )
    return tuple(action for action, offered in offers if offered)


def hours_line(case: Case) -> str:
    """When somebody works, where nobody does now; else empty."""
    away = outside(case)
    if away is None:
        return ""
    asked = f" {away.action} says to the customer: {away.message}" if away.message else ""
    return f"**Outside hours** ({described(case.configuration.rules.hours)}).{asked} Nothing was sent without a permission."


def _line(subject: str, text: str) -> str:
    return f"**{subject}:** {text}"


def _headline(case: Case, escalation: Escalation) -> str:
    """What to do, for whom, what it is about, by when: the one line that has to be read."""
    judged, end = case.classification, first_reply(case, escalation)
    parts = [LEVELS[min(escalation.level, 3)], escalation.team]
    parts.append(judged.category if judged.category and judged.confidence >= GUESS else "no clear category")
    due = f"first reply by {moment(end, case)} ({escalation.promise.text})" if end else "nothing is promised"
    if end and end <= case.standing.now:
        due = f"the first reply was due {moment(end, case)}"
    return f"**{' · '.join(part for part in parts if part)} · {due}**"


def _who(case: Case) -> str:
    person, facts, history = case.ticket.requester, case.facts, case.standing.history
    parts = [person.name or person.email or "unknown", *(["VIP"] if case.vip else [])]
    parts += [f"{plain(name)} {facts[name]}" for name in SHOWN if facts.get(name) not in (None, "")]
    if history.earlier:
        parts.append(f"wrote before: {', '.join(named(one) for one in history.earlier[:EARLIER])}")
    else:
        parts.append("nothing earlier is known here")
    return ", ".join(str(part) for part in parts)


def plain(name: str) -> str:
    """``lifetimeValue`` as ``lifetime value``."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).replace("account plan", "plan")


def named(one: Related) -> str:
    """Another ticket by its category and day, linked where it has an address."""
    label = f"{one.category or 'a ticket'} ({one.at:%d %b})"
    return f"[{label}]({one.url})" if one.url.startswith(("https://", "http://")) else label


def mood(case: Case) -> str:
    """How the customer feels, how that went in this ticket, and how the earlier ones ended."""
    now, history = case.classification.sentiment, case.standing.history
    if now is None:
        return ""
    text = f"{_felt(now)}{f' ({case.classification.emotion})' if case.classification.emotion else ''}"
    if history.moods:
        change = now - history.moods[0]
        word = "steady" if abs(change) < STEADY else "rising" if change > 0 else "falling"
        steps = [felt for felt, _ in groupby(_felt(mood) for mood in (*history.moods, now))]  # one for every look at it
        text += f", {word} in this ticket: {' → '.join(steps[-SHOWN_MOODS:])}" if len(steps) > 1 else ""
    if history.before:
        text += f"; earlier tickets ended at {', '.join(_felt(mood) for mood in history.before[-EARLIER:])}"
    return text


def _felt(mood: float) -> str:
    """Two digits, and no minus before nothing."""
    return f"{round(mood, 2) + 0.0:.2f}"


def _tried(case: Case) -> str:
    said = case.standing.attempts
    people = sum(m.public and m.author.role is Role.AGENT for m in case.ticket.messages)
    written = sum(m.public and m.author.role is Role.CUSTOMER for m in case.ticket.messages)
    return f"{_count(written, 'message')} from the customer, {_count(said, 'automatic answer')}, {people or 'none'} from people"


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _facts(case: Case) -> str:
    """What is certain, because the helpdesk says so, and what the customer only names."""
    told = {next(iter(by_plain_names({name: value}))): value for name, value in case.ticket.requester.facts.items()}
    more = [f"{plain(name)} {value}" for name, value in told.items() if name not in SHOWN and len(str(value)) <= BRIEF]
    sure = [f"the helpdesk says {', '.join(more[:FEW])}"] if more else []
    kinds = [NAMED[kind] for kind, values in case.classification.entities.items() if values and kind in NAMED]
    named = [f"the customer names {', '.join(kinds)}: not checked"] if kinds else []
    return "; ".join((*sure, *named))


def _context(case: Case) -> str:
    """What the configuration asks for by name, as far as the host says it; where it is long, how it begins."""
    found = {name: case.facts.get(name) for name in case.configuration.shown}
    return "; ".join(
        f"{plain(name)} {short(value)}" for name, value in found.items() if value not in (None, "", [], {})
    )


def short(value: object) -> str:
    """One line of at most LONG characters that no layout comes with."""
    parts = [f"{k} {v}" for k, v in value.items()] if isinstance(value, dict) else value
    text = ", ".join(str(part) for part in parts) if isinstance(parts, list | tuple) else str(parts)
    flat = " ".join(text.split())
    return flat if len(flat) <= LONG else f"{flat[: LONG - 3]}..."


def _kin(case: Case) -> tuple[tuple[str, str], ...]:
    """What this ticket belongs together with."""
    history = case.standing.history
    twin, cluster = history.twin, history.cluster
    repeats = f"{named(twin)}, of the same person on the same matter. {_how(case)}" if twin else ""
    many = ""
    if cluster:
        many = (
            f"{_count(cluster.tickets, 'ticket')} by {_count(cluster.people, 'person').replace('persons', 'people')} since "
            f"{moment(cluster.since, case)}, first {named(cluster.parent)}. "
            + (
                "Somebody of the team has confirmed it."
                if cluster.confirmed
                else _ask("incident", "tell all of them that you know")
            )
        )
    return (
        ("Before", remembered(history.recalled) if history.recalled else ""),
        ("Repeats", repeats),
        ("One incident", many),
    )


def _how(case: Case) -> str:
    if not (case.standing.history.mergeable and Merge in case.standing.supports):
        return "The two can be linked here, not merged."
    return _ask("merge", "merge them, which nobody can undo")


def _ask(action: str, deed: str) -> str:
    """How a person says so: by a button, or by a tag where there are none."""
    tag = next(tag for tag, known in fields.PRESSED.items() if known == action)
    return f"To {deed}: the button, or the tag **{tag}**."


def _next(case: Case, escalation: Escalation, mode: Mode) -> Iterator[str]:
    acknowledge = next(tag for tag, known in fields.PRESSED.items() if known == "acknowledge")
    yield f"say that you have it: the button, or the tag **{acknowledge}**"
    yield from escalation.demands
    if case.draft.until:
        yield f"share the draft below, which says who answers by when; not after {moment(case.draft.until, case)}"
        yield "then answer in your own words"
    elif case.draft.text and mode is Mode.ASSIST:
        yield "send the draft below, once you have read it"
    else:
        yield "answer in your own words"
    yield f"hand it back when it is done: the button, or the tag **{fields.RESUME_TAG}**; until then nothing is sent automatically"
