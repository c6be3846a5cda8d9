"""The data map: what every column of every table holds, whose it is, what for, how long, and how it is erased.

It is no prose beside the code: erasure, export and retention run by it, and a test fails when a column has no entry. Whether a column
is sealed is read from its type.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a column holds."""

    WORDS = "words"
    """What people wrote, or what was made of it."""
    FACTS = "facts"
    """About a person: measures, states, what they did."""
    NAME = "name"
    """By which a person is known: at the host, by address or number."""
    HASH = "hash"
    """A keyed hash of a name: it tells nobody who it is without our key."""
    STAFF = "staff"
    """About the account's own people."""
    SECRET = "secret"  # noqa: S105  # a kind's name


class Whose(StrEnum):
    """Whom it is about."""

    CUSTOMER = "customer"
    STAFF = "staff"
    ACCOUNT = "account"
    NOBODY = "nobody"


class Of(StrEnum):
    """By what somebody's rows are found."""

    TICKETS = "tickets"
    DECISIONS = "decisions"
    PEOPLE = "people"
    """The keyed hashes of their names."""
    SIGNALLED = "signalled"
    CONVERSATIONS = "conversations"
    CASES = "cases"
    """What is kept of their tickets as solved."""


@dataclass(frozen=True)
class Erased:
    """Rows whose column ``by`` is somebody's are deleted; with ``blank`` they stay with those columns emptied."""

    by: str
    of: Of
    blank: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One table. ``personal`` says of what sort a column is, ``plain`` names all others. ``kept`` is a period of the configuration,
    or says in words how long; ``longest`` is the longest of all periods.

    ``erased`` empty: nothing of a customer's is in it, or ``stays`` says why it stays.
    """

    table: str
    holds: str
    whose: Whose = Whose.NOBODY
    purpose: str = "to run"
    kept: str = "with the account"
    personal: Mapping[str, Kind] = field(default_factory=dict)
    plain: str = ""
    erased: tuple[Erased, ...] = ()
    stays: str = ""

    @property
    def columns(self) -> frozenset[str]:
        """Every column that it speaks of."""
        return frozenset({*self.personal, *self.plain.split()})


C, S, A = Whose.CUSTOMER, Whose.STAFF, Whose.ACCOUNT
WORDS, FACTS, NAME, HASH, STAFF, SECRET = Kind.WORDS, Kind.FACTS, Kind.NAME, Kind.HASH, Kind.STAFF, Kind.SECRET
WORK, PROOF, BILL = "to answer tickets", "to prove what was done", "to bill and to dispute"


def _gone(by: str = "ticket_id", of: Of = Of.TICKETS) -> tuple[Erased, ...]:
    return (Erased(by, of),)


def _blank(by: str, of: Of, **blank: Any) -> tuple[Erased, ...]:
    return (Erased(by, of, blank),)


# fmt: off
# A table, to be read as one.
CUSTOMERS = (
    Entry("judgement", "what we thought of a ticket: category, draft, decision", C, WORK, "decisions",
          {"body": WORDS, "question": FACTS, "revision": FACTS},
          "id kind decision_id ticket_id at account_id category mode quoted", _gone()),
    Entry("outcome", "what people said about a decision with a button", C, PROOF, "decisions", {"reason": WORDS, "by": STAFF},
          "id decision_id ticket_id kind at", _blank("ticket_id", Of.TICKETS, reason="")),
    Entry("effect", "every batch of changes asked of a host, once", C, WORK, "decisions",
          {"changes": WORDS, "receipt": FACTS, "expect": FACTS, "requester": NAME, "domain": NAME},
          "id key ticket_id decision_id connection_id ref state reason attempts started_at not_before created_at trace "
          "since", _blank("ticket_id", Of.TICKETS, changes=[], receipt=None, expect=None, requester=None, domain=None)),
    Entry("event", "every knock of a host, once", C, WORK, "decisions", {"click": WORDS},
          "id connection_id delivery ticket_id ref kind at received_at state outcome trace",
          _blank("ticket_id", Of.TICKETS, click=None)),
    Entry("run", "how far a workflow is in a ticket", C, WORK, "decisions",
          {"body": WORDS, "judged": WORDS, "happened": WORDS, "question": FACTS},
          "id ticket_id account_id category state event wake_at wakes created_at updated_at",
          _blank("ticket_id", Of.TICKETS, body={}, judged={}, happened=None, question="", state="ended", event="", wake_at=None)),
    Entry("deed", "every effect on a backend: that it was done, and how much", C, PROOF, "decisions",
          {"inputs": WORDS, "answer": WORDS, "permit": STAFF, "why": FACTS},
          "id key run_id ticket_id account_id name system amount currency state undoes attempts started_at not_before "
          "created_at updated_at", _blank("ticket_id", Of.TICKETS, inputs={}, answer=None)),
    Entry("errand", "what people ask of a ticket's turn: undo, recall", C, WORK, "decisions", {"body": WORDS, "by": STAFF},
          "id account_id ticket_id decision_id kind state outcome asked_at settled_at",
          _blank("ticket_id", Of.TICKETS, body={})),
    Entry("notice", "what the account's people were told", C, "to tell people in time", "notices",
          {"text": WORDS, "page": WORDS, "subject": FACTS, "contact": STAFF, "acknowledged_by": STAFF},
          "id key account_id ticket_id way topic state attempts not_before created_at sent_at raised_at acknowledged_at",
          _gone()),
    Entry("watch", "facts that a ticket's promises rest on", C, WORK, "decisions", {"facts": FACTS, "turns": FACTS},
          "ticket_id account_id category priority team", _blank("ticket_id", Of.TICKETS, facts={}, turns=[])),
    Entry("sketch", "what a ticket is like, without its words", C, "to find repeats", "sketches",
          {"person": HASH, "words": HASH, "marks": HASH, "vector": FACTS, "moods": FACTS, "url": FACTS},
          "ticket_id account_id category engine spam twin incident_id first_at at", _gone()),
    Entry("story", "what became of a ticket: times and counts", C, "to make figures", "figures",
          {"person": HASH, "body": FACTS}, "ticket_id account_id opened_at", _blank("ticket_id", Of.TICKETS, person="")),
    Entry("trial", "who was in which arm of an experiment", C, "to compare", "figures", {"person": HASH},
          "ticket_id experiment account_id arm category at", _blank("ticket_id", Of.TICKETS, person="")),
    Entry("seat", "who has a ticket", C, WORK, "decisions", {"requester": NAME, "agent": STAFF},
          "ticket_id connection_id weight state at", _blank("ticket_id", Of.TICKETS, requester="")),
    Entry("party", "who wrote in a ticket", C, "to find what is somebody's", "longest",
          {"person": HASH, "mail": HASH, "phone": HASH}, "ticket_id account_id at", _gone("person", Of.PEOPLE)),
    Entry("conversation", "conversations by our API", C, WORK, "decisions", {"customer": HASH},
          "id account_id connection_id ticket_id created_at", _gone()),
    Entry("utterance", "messages by our API: that they came", C, WORK, "decisions", {"digest": HASH, "key": FACTS},
          "id account_id conversation_id at", _gone("conversation_id", Of.CONVERSATIONS)),
    Entry("memory", "a proven person's last matter", C, "to know them again", "memories", {"known": FACTS, "person": HASH},
          "id account_id at", _gone("person", Of.PEOPLE)),
    Entry("code", "codes that were sent to prove who speaks", C, "to prove who asks", "proofs",
          {"person": HASH, "digest": HASH, "salt": SECRET},
          "id account_id ticket_id way tries heard issued_at ends_at sent_at used_at void_at", _gone()),
    Entry("proof", "what a code proved", C, "to prove who asks", "proofs", {"bound": HASH},
          "id account_id ticket_id level at ends_at", _gone()),
    Entry("authenticator", "customers' authenticators", C, "to prove who asks", "with the account",
          {"secret": SECRET, "person": HASH}, "id account_id step created_at", _gone("person", Of.PEOPLE)),
    Entry("signal", "what backends and the account's site told", C, "to reach out and to go on", "signals",
          {"values": WORDS, "person": HASH, "about": FACTS},
          "id account_id source delivery kind at received_at state outcome started_at", _gone("person", Of.SIGNALLED)),
    Entry("model_call", "what language models took, without words", C, BILL, "figures", {"requester": NAME},
          "id account_id ticket_id task model prompt tokens_in tokens_out micros outcome at",
          _blank("ticket_id", Of.TICKETS, requester="")),
    Entry("example", "texts with the category a person gave them, masked", C, "to learn categories", "examples",
          {"text": WORDS, "reason": FACTS, "by": STAFF}, "id account_id label feedback ref at", _gone("ref", Of.TICKETS)),
    Entry("difference", "what people's answers said beyond ours, masked", C, "to mend knowledge", "differences",
          {"body": WORDS}, "decision_id account_id category at", _gone("decision_id", Of.DECISIONS)),
    Entry("solved", "what was asked and what solved it, masked", C, "to show how it was solved before", "examples",
          {"question": WORDS, "resolution": WORDS, "numbers": FACTS, "digest": HASH},
          "id account_id origin external_id category solved_at encoder", _gone("id", Of.CASES)),
    Entry("agreement", "what people did where we only watched", C, "to make figures", "figures", {"body": FACTS, "url": FACTS},
          "decision_id account_id ticket_id at", _blank("ticket_id", Of.TICKETS, url="")),
    Entry("answered", "what callers of the API were answered, for a day", C, "to answer a repeat alike", "a day",
          {"body": WORDS}, "access_id key digest status at",
          stays="deleted whole with every erasure in the account: nobody can tell whose each is"),
    Entry("finding", "places where card data stood", C, "to keep card data out", "figures", {"subject": FACTS, "link": FACTS},
          "id account_id kind place ticket_id at found_at gone_at", _gone()),
    Entry("consent", "what people consented to", C, "to honour it", "with the account", {"person": HASH},
          "id account_id purpose given source at",
          stays="a withdrawal has to be known for as long as anything might be done without it"),
    Entry("absent", "who was erased", C, "so that they do not come back by themselves", "with the account", {"person": HASH},
          "account_id since", stays="a hash, so that what comes late is not kept again; it goes when they write anew"),
    Entry("rights_request", "what people asked about their data", C, PROOF, "evidence",
          {"wanted": NAME, "person": HASH, "by": STAFF},
          "id account_id kind reason state progress proof asked_at due_at done_at",
          stays="who it was is closed with a key that is destroyed when it is done; the rest proves that it was"),
    Entry("ticket", "a host's ticket as we remember it: its number, never its content", C, WORK, "decisions", {"ref": FACTS},
          "id connection_id owner until fence attempts next_try quiet_since heard decided redecided linked_connection "
          "linked_ref asked created_at", stays="the host's number alone, so that what comes late is known to be late"),
    Entry("deadline", "promises and whether they were kept", C, "to keep promises", "figures",
          plain="id ticket_id account_id metric policy team tier started_at due_at warn_at met_at warned_at breached ahead "
          "priority foreseen predicted risk"),
    Entry("host_clock", "the host's own clocks", C, WORK, "decisions", plain="ticket_id metric policy state due_at read_at"),
    Entry("incident", "tickets with one cause", C, WORK, "figures", {"confirmed_by": STAFF},
          "id account_id category parent opened_at last_at confirmed_at"),
    Entry("gap", "proposals for knowledge, in the team's own words, masked", A, "to mend knowledge", "differences",
          {"body": WORDS, "by": STAFF}, "id account_id state found_at ruled_at",
          stays="what the team said to three customers or more; open ones that rest on the person's tickets are deleted"),
)
TEAM = (
    Entry("trail", "who did what, when, why, under which authority", S, PROOF, "audit",
          {"who": STAFF, "person": HASH, "subject": FACTS},
          "id account_id at authority what ticket_id why detail sequence digest",
          stays="the law asks for it; it holds hashes and codes"),
    Entry("chain", "where an account's trail ends", kept="audit",
          plain="account_id sequence digest signed_by signature at checked_at fault"),
    Entry("anchor", "digests of the trail that were sent outside", kept="audit",
          plain="id account_id day sequence digest body places at due_at"),
    Entry("hold", "what must be kept whatever is asked", S, PROOF, "audit", {"by": STAFF, "lifted_by": STAFF, "subject": HASH},
          "id account_id kind why at lifted_at", stays="it is why something was kept"),
    Entry("lesson", "what became of a draft, by whom", S, PROOF, "evidence", {"by": STAFF},
          "decision_id ticket_id account_id category action digest kind at"),
    Entry("promotion", "what happened to a category's autonomy", S, PROOF, "evidence", {"by": STAFF, "reason": STAFF},
          "id account_id category action digest kind at"),
    Entry("evidence", "signed proof that a category may act", A, PROOF, "evidence",
          plain="id account_id category body issued_at"),
    Entry("approval", "messages that were approved word for word", S, PROOF, "with the account", {"by": STAFF},
          "id account_id template digest at"),
    Entry("usage", "what was used: times, ids, counts", A, BILL, "evidence", plain="id account_id use ref kind evidence at"),
    Entry("dispute", "who does not agree with a line", S, BILL, "evidence", {"by": STAFF, "reason": STAFF}, "usage_id at"),
    Entry("teammate", "who can be given tickets", S, "to give tickets to people", "while they are there", {"known": STAFF},
          "connection_id id read_at"),
    Entry("member", "who may open our pages", S, "to let people in", "with the account",
          {"person": STAFF, "name": STAFF, "by": STAFF}, "account_id connection_id told given seen_at given_at"),
    Entry("visit", "who has our pages open", S, "to let people in", "until it ends", {"person": STAFF, "name": STAFF},
          "digest account_id connection_id level framed_by created_at ends_at told_at"),
    Entry("invitation", "links that let one person in", S, "to let people in", "until it ends",
          {"name": STAFF, "person": STAFF}, "digest account_id connection_id level created_at ends_at used_at"),
    Entry("configuration", "versions of the configuration", S, WORK, "with the account", {"text": STAFF, "by": STAFF},
          "id account_id version name created_at"),
    Entry("generation", "ends of trainings, by the ids of examples", S, "to learn categories", "with the account",
          {"by": STAFF}, "id account_id number kind model examples report at"),
    Entry("experiment", "when experiments began and how they ended", A, "to compare", "figures",
          plain="account_id name digest began_at ended_at outcome arm report"),
    Entry("connection", "hosts and backends, with their secrets", A, WORK, "with the account", {"secrets": SECRET},
          "id account_id vendor base_url settings place state reason wait_until away_until asked_at read_at created_at"),
    Entry("install", "installs that were begun", A, WORK, "until it ends", {"verifier": SECRET},
          "digest visit account_id vendor connection_id place redirect ends_at"),
    Entry("access", "tokens of the API, by digest", A, WORK,
          plain="id account_id label scopes digest created_at ends_at revoked_at per_minute"),
    Entry("account", "accounts", A, plain="id name stopped created_at"),
    Entry("article", "the account's own published pages", A, "to answer from",
          plain="id account_id origin external_id title text url locale restricted updated_at digest since until"),
    Entry("passage", "pieces of those pages", A, "to answer from",
          plain="id account_id article_id section heading anchor text digest title_words text_words"),
    Entry("vector", "what pieces mean", plain="passage_id encoder part numbers"),
    Entry("alarm", "figures that are out of order", A, plain="account_id name text since told_at over_at"),
    Entry("problem", "what an admin must read; never what customers wrote", A, kept="notices",
          plain="id connection_id ticket_id kind text remedy times first_at last_at"),
    Entry("scan", "how far the look for card data is", plain="source position began_at pass_at until seen"),
    Entry("restored", "backups that came back", plain="id made_at restored_at"),
    Entry("beat", "when each job ran", plain="job at"),
    Entry("leader", "which clock leads", plain="office owner until"),
    Entry("used", "a host's one-time tokens, by digest", kept="until it ends", plain="digest ends_at"),
)
# fmt: on
EVERY = CUSTOMERS + TEAM
