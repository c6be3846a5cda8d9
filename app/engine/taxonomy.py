"""What a desk's tickets are about, before anything is automated: types with their share, what they take, and where to begin.

The order of a rollout is fixed: everything starts as assist; the few types that make up most of the tickets, need no action and
get much the same answer each time may answer next; those with an action that can be taken back come last; the rest stays with people.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from app.engine.replaying import answered
from app.engine.types import Mode
from app.engine.words import stems
from connectors.types import Role, Ticket

TOP_SHARE = 0.7
"""The types that make up this share of all tickets are worth automating first."""
SAME_ANSWER = 0.6
"""The likeness of its answers from which a type has one answer."""
ACTED = 0.25
"""The share of tickets with an action from which a type needs one."""
CLOSE = 0.8
"""The likeness of two types' middles from which they are easily confused."""

_STEMMED = {
    "refund": (
        "refunded", "reimbursed", "erstattet", "ruckerstattung", "rembourse", "reembolso", "reembolsado",
    ),
    "cancel": ("cancelled", "canceled", "storniert", "gekundigt", "annule", "cancelado"),
    "delete": ("deleted", "erased", "geloscht", "supprime", "eliminado"),
    "replace": ("replacement", "replaced", "exchanged", "reship", "ersatz", "remplace", "reemplazo"),
    "change": ("changed", "updated", "corrected", "adjusted", "geandert", "modifie", "actualizado"),
    "reset": ("reset", "unlocked", "resent", "reactivated", "zuruckgesetzt", "entsperrt"),
    "credit": ("credited", "voucher", "coupon", "gutgeschrieben", "gutschein"),
    "escalate": ("escalated", "forwarded", "engineering", "investigate", "weitergeleitet"),
}  # fmt: skip
REVERSIBLE: Mapping[str, bool] = {
    "refund": False,
    "cancel": False,
    "delete": False,
    "replace": False,
    "change": True,
    "reset": True,
    "credit": False,
    "escalate": True,
}
"""What people say that they did -> whether it can be taken back."""
_WORDS = {stem: action for action, forms in _STEMMED.items() for form in forms for stem in stems(form)}


@dataclass(frozen=True)
class Case:
    """One ticket of a type. ``answer`` is what a person first told the customer."""

    question: str
    answer: str
    turns: int
    """Public messages on both sides."""
    hands: int
    """People of the account who wrote in it."""
    hours: float | None
    """From the first message to the last; None for a single one."""
    actions: frozenset[str]


@dataclass
class Kind:
    """One type. ``likeness`` is that of its answers among each other, 0 to 1; ``near`` the type it is most easily taken for."""

    name: str
    words: tuple[str, ...]
    cases: list[Case] = field(default_factory=list)
    likeness: float = 0.0
    near: str = ""
    nearness: float = 0.0
    label: str = ""
    """What people call it, where that is another word than its name."""

    @property
    def actions(self) -> tuple[str, ...]:
        """What people did in enough of its tickets, commonest first."""
        every = [action for case in self.cases for action in case.actions]
        common = [a for a in dict.fromkeys(every) if every.count(a) >= ACTED * len(self.cases)]
        return tuple(sorted(common, key=lambda action: (-every.count(action), action)))

    @property
    def reversible(self) -> bool:
        """Whether all that is done in it can be taken back."""
        return all(REVERSIBLE[action] for action in self.actions)

    @property
    def complexity(self) -> str:
        """``low``, ``medium`` or ``high``: by how long the talk is, how many people it takes and how alike its answers are."""
        turns, hands = median(case.turns for case in self.cases), median(case.hands for case in self.cases)
        points = (turns > 3) + (turns > 6) + (hands > 1) + (self.likeness < SAME_ANSWER and bool(self.answered))
        return ("low", "medium", "high", "high", "high")[points]

    @property
    def answered(self) -> int:
        """Tickets with a person's answer in the export."""
        return sum(bool(case.answer) for case in self.cases)


@dataclass(frozen=True)
class Advice:
    """Where a type belongs in a rollout. ``phase`` is 1 to 3, and 0 for what stays with people."""

    mode: Mode
    phase: int
    why: str


def case_of(ticket: Ticket, question: str) -> Case:
    """What one old ticket took."""
    public = [m for m in ticket.messages if m.public and m.author.role in (Role.CUSTOMER, Role.AGENT)]
    people = [m for m in ticket.messages if m.author.role is Role.AGENT]
    hours = (public[-1].at - public[0].at).total_seconds() / 3600 if len(public) > 1 else None
    answer = answered(ticket)
    done = {_WORDS[stem] for message in people for stem in stems(message.text[:4_000]) if stem in _WORDS}
    return Case(
        question, answer.text if answer else "", len(public), len({m.author.id for m in people}), hours, frozenset(done)
    )


def advice(kind: Kind, before: float, total: int) -> Advice:
    """What to do with a type; ``before`` is the share of all larger ones."""
    if total and before >= TOP_SHARE:
        return Advice(Mode.ASSIST, 1, "not the first: the types before it are most of the tickets")
    if kind.complexity == "high":
        return Advice(Mode.ASSIST, 0, "long talks, several people or ever other answers: people decide")
    if not kind.reversible:
        return Advice(
            Mode.ASSIST, 0, f"takes what cannot be taken back ({', '.join(kind.actions)}): people approve each"
        )
    if kind.actions:
        return Advice(Mode.RESOLVE, 3, f"takes what can be taken back ({', '.join(kind.actions)}), once that is proven")
    if kind.answered and kind.likeness < SAME_ANSWER:
        return Advice(Mode.ASSIST, 1, "answers differ: write an article first")
    return Advice(Mode.DEFLECT, 2, "one answer fits, and nothing has to be done")


def rows(kinds: Sequence[Kind], total: int) -> list[tuple[Kind, float, Advice]]:
    """The types, largest first, each with the share of all tickets up to and with it, and what to do with it."""
    found, before = [], 0.0
    for kind in sorted(kinds, key=lambda one: (-len(one.cases), one.name)):
        share = len(kind.cases) / total if total else 0.0
        found.append((kind, before + share, advice(kind, before, total)))
        before += share
    return found


def proposal(service: str, kinds: Iterable[Kind]) -> str:
    """A configuration to edit: every type as a category with its telling words, all of them in assist."""
    lines = [f"service: {service}", "classification:", "  categories:"]
    for kind in kinds:
        keywords = ", ".join(f'"{word}"' for word in kind.words)
        lines += [f"    - name: {kind.name}", f"      keywords: [{keywords}]"]
        lines += [f"      description: {json.dumps(kind.label, ensure_ascii=False)}"] if kind.label else []
    return "\n".join([*lines, "modes:", "  default: assist", ""])
