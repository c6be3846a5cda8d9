"""What becomes of a setting where that depends on its value: one judge for each kind, asked by the table in ``states``."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from app.engine.bounds import LIMITS, NO_ADVICE, NO_CHANGES, NO_TRANSACTIONS, VERIFIED
from app.engine.compliance.standards import STANDARDS, standard
from app.engine.configuration.checking import topical
from app.engine.configuration.complying import TAKEN_OUT
from app.engine.configuration.reading import Path
from app.engine.configuration.settled import COMMANDS, VOICES, Configuration
from app.engine.configuration.settling import STEPS, is_address
from app.engine.formulas import kebab
from app.engine.measures import DASHBOARDS, MEASURES, named
from app.engine.nearest import nearest
from app.engine.otp import METHODS
from app.engine.words import stems


class State(StrEnum):
    """What becomes of a setting."""

    WORKS = "works"
    HOST = "host"
    """The host provides it: it is switched on there."""
    NOT_YET = "not_yet"
    WARNING = "warning"


Verdict = tuple[State, str]
Judge = Callable[[Path, Any, Configuration], Verdict]

WORKS, HOST, NOT_YET, WARNING = State.WORKS, State.HOST, State.NOT_YET, State.WARNING


def address(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """An address of the account: a real one, or a placeholder."""
    if is_address(value):
        return WORKS, "mail from this address is our own and is never answered"
    return WARNING, "is no mail address: write it in quotes, such as 'support@your-domain.example'"


def channel(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A channel: one whose promise counts, or one that the host brings."""
    if value in configuration.rules.channels:
        return WORKS, "its responseTime counts for tickets from there; the helpdesk has to have the channel"
    return HOST, "set the channel up in the helpdesk: what arrives there is served"


def keyword(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """What a text message may begin with, and what that starts."""
    about = _started(str(value), configuration)
    if about:
        return WORKS, f"a text message that begins with it is about {about}"
    return WORKS, "a text message that begins with it goes to a person"


def _started(start: str, configuration: Configuration) -> str:
    """The category whose words all stand in what a keyword starts, or nothing."""
    wanted = set(stems(start))
    return next((c.name for c in configuration.categories if set(stems(c.name.replace("_", " "))) <= wanted), "")


def topic(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A promise or a team for every category with the word in its name."""
    about = topical(str(path[1]), (c.name for c in configuration.categories))
    if not about:
        return WARNING, f"no category has {path[1]} in its name, so nothing follows from it"
    used = [c.name for c in configuration.categories if c.name in about and value in {c.sla, c.team}]
    if not used:
        return WARNING, f"{', '.join(about)} has a setting of its own, which counts instead"
    return WORKS, f"for {', '.join(used)}"


def about(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A duty for every category with the word in its name."""
    about = topical(str(path[1]), (c.name for c in configuration.categories))
    if not about:
        return WARNING, f"no category has {path[1]} in its name, so nothing follows from it"
    if path[2] == "immediate":
        return WORKS, f"for {', '.join(about)}: urgent, and people are told at once"
    return WORKS, f"for {', '.join(about)}: the briefing names it as a person's next step"


def told(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """Somebody who is told: reachable, or only named."""
    contact = configuration.rules.contacts.get(str(value))
    if contact is None:
        return WARNING, f"say under `contacts` how {value} is reached: until then only the ticket's briefing names them"
    return WORKS, f"is told by {', '.join(contact.ways)}"


def quotes(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """Whether articles are quoted."""
    return WORKS, "articles are quoted for this category" if value else "nothing is quoted for this category"


def form(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """The form of an answer."""
    if value == STEPS:
        return WORKS, "answers keep the steps of their article, numbered"
    return NOT_YET, f"answers have the form of their article; only {STEPS} is a form of its own"


def voice(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """How a model writes."""
    if value in VOICES:
        return WORKS, "how a language model writes, once one is set up"
    return WARNING, f"is no voice we have, so a model writes plainly; known here: {', '.join(VOICES)}"


def private(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """Whether personal data is kept from a model."""
    if value:
        return WORKS, "a model never reads personal data, and no draft of its repeats any"
    return WARNING, "personal data is kept from a model all the same"


def step(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """Whether the workflow is run; its steps are run as a whole or not at all."""
    if any(flow.name == path[1] for flow in configuration.workflows.values()):
        return WORKS, "a step of the workflow; what it changes elsewhere waits for evidence or a person's approval"
    return NOT_YET, "one of its steps is not known yet, so a draft is quoted from articles instead"


def self_service(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A self-service flow: run as a step, or not yet."""
    if any(step.name == path[2] for flow in configuration.workflows.values() for step in flow.steps):
        return WORKS, "a step of the category's workflow"
    return NOT_YET, "this self-service flow is not run yet"


SAME = {"check-order": "fetchOrderStatus", "initiate-return": "createReturnTicket"}
"""What a chatbot may do in a system, and the step of a category's workflow that does it."""
OURS = {"create-ticket": "every question is a ticket there", "search-kb": "every connected article is searched"}


def wish(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """What a chatbot may do in a system."""
    asked = configuration.settings["chatbot"]["integrations"][path[2]].get("actions", ())
    wanted = asked if path[3] == "system" else (value,)
    if all(action in OURS for action in wanted):
        return WORKS, OURS[wanted[0]] if len(wanted) == 1 else "every question is a ticket there"
    steps = {step.action for flow in configuration.workflows.values() for step in flow.steps}
    done = [action for action in wanted if action in configuration.wishes or SAME.get(action) in steps]
    if done:
        return WORKS, "done for a customer who asks for it, once evidence or a person allows"
    return NOT_YET, "this is not done for a customer yet"


def tool(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """What a model may look up."""
    name = configuration.settings["chatbot"]["tools"][path[2]]["name"]
    if name not in COMMANDS:
        return NOT_YET, "a model is not offered this: it may only look up what customers may read"
    return WORKS, "a model may look this up, once one is set up; nothing is changed by it"


def method(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A way to prove who asks."""
    if value in METHODS:
        return WORKS, "a code by this way, where it is set up; the next way otherwise, a person at the end"
    return WARNING, f"is asked by people only; codes are known as {', '.join(METHODS)}"


# fmt: off
ASKED = frozenset((
    "autoCreateTickets", "syncStatus", "closeSolved", "searchIssues", "createIssues", "labelMapping", "fetchMetrics",
    "correlateErrors", "fetchSubscription", "updatePaymentMethod",
))
# fmt: on
"""What actions heed of what is said of a system."""


def integration(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """What a system is asked and told."""
    if path[2] in ASKED:
        return WORKS, f"heeded once {path[1]} is connected with `deskhand connect {path[1]}`"
    if path[2] == "project":
        return HOST, f"say it with `deskhand connect {path[1]}`: the connection's own counts"
    return NOT_YET, "this of the system is not asked or told yet"


def figure(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A figure that is wanted: one of ours, or none."""
    if named(str(value)):
        return WORKS, "in reports and at /api/v1/metrics"
    return WARNING, f"is no figure; {nearest(kebab(str(value)), MEASURES)}"


def dashboard(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """Figures that are wanted by one name."""
    if value in DASHBOARDS:
        return WORKS, f"in reports: {', '.join(DASHBOARDS[value])}"
    return WARNING, f"is no dashboard of ours; known here: {', '.join(DASHBOARDS)}"


def own_figure(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A figure of the account's own: one of ours with a target, or one with a calculation."""
    own = configuration.settings["analytics"]["customMetrics"][path[2]]
    if own.get("calculation") or named(own["name"]):
        return WORKS, "worked out for each report and at /api/v1/metrics"
    return WARNING, "is no figure of ours: give it a calculation, such as resolved-by-kb / total-kb-suggestions"


def watched_for(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """What is watched in categories about fraud."""
    about = configuration.watched.fraud.categories
    if not about:
        return WARNING, "no category has fraud in its name, so nothing is watched"
    if not value:
        return WORKS, "is not watched"
    return (
        WORKS,
        f"{_WATCHED[str(path[2])]}, in {', '.join(about)}: see `escalation.fraud.notify` and `analytics.reporting.recipients`",
    )


_WATCHED = {
    "anomalies": "people are told of more tickets in a day than chance brings, and of codes that one person or many get wrong",
    "patterns": "people are told of tickets of several people with one cause, and of several who report one merchant",
    "real-time-alerts": "looked for every twenty seconds: people know within a minute",
}


def frequency(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """How often a report is sent."""
    if value in ("daily", "weekly"):
        return WORKS, "sent once for each, at the hour that `hour` names (8 where it names none)"
    return NOT_YET, "reports are sent daily or weekly"


def keeps_to(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A standard: one that we have checks for, or none."""
    name = standard(str(value))
    if not name:
        return WARNING, f"we have no checks for it; known here: {', '.join(STANDARDS)}"
    if name not in configuration.standards:
        return WORKS, "is not checked: compliance is switched off"
    return (
        WORKS,
        f"{len(STANDARDS[name])} checks, looked at every minute: see `deskhand compliance report` and docs/compliance.md",
    )


def monitored(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A check of which people are told at once."""
    known = {check.name: name for name, checks in STANDARDS.items() for check in checks}
    if value not in known:
        return WARNING, f"is no check; {nearest(str(value), known)}"
    if known[str(value)] not in configuration.standards:
        return WARNING, f"{known[str(value)]} is not among `compliance.standards`, so nothing is checked"
    taken = TAKEN_OUT.get(str(value))
    more = f"; what customers write of it is taken out of the helpdesk, where that can ({taken})" if taken else ""
    return WORKS, f"people are told within minutes when it fails: the contact `compliance`, else who is on call{more}"


def encrypted(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """How what is stored is sealed: always in the same way."""
    if "".join(filter(str.isalnum, str(value))).upper() in ("AES256", "AES256GCM"):
        return (
            WORKS,
            "what customers wrote is sealed by field with AES-256-GCM, under a key of each ticket and of the account",
        )
    return WARNING, "is not what is done: fields are sealed with AES-256-GCM, whatever is written here"


_LIMITS = {
    NO_CHANGES: "nothing is changed elsewhere without a person's approval, and no answer by itself says that it was",
    NO_TRANSACTIONS: "no money is moved without a person's approval, and no answer by itself says that it was",
    NO_ADVICE: "a person answers who asks for advice; no answer gives any",
    VERIFIED: "nothing that only the customer may know leaves before they have proven by a code who they are",
}


def limit(path: Path, value: Any, configuration: Configuration) -> Verdict:
    """A limit of what is done and said without a person."""
    if value in _LIMITS:
        return WORKS, _LIMITS[str(value)]
    return (
        WARNING,
        f"is no limit that we know, so nothing at all is changed elsewhere by itself; {nearest(str(value), LIMITS)}",
    )
