"""What a ticket is about, from the configuration's keyword lists alone.

It needs no model, so it always works, and it is honest about how little a word proves. The language engine
replaces it behind the same port, ``ports.Classifier``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from app.engine.configuration.settled import Configuration
from app.engine.types import Classification, Label, Reason
from app.engine.words import stems
from connectors.types import Role, Ticket

MOST_CHARACTERS = 20_000
"""Read of one message: what matters in a mail stands at its beginning."""
_MISS = 0.4
"""How often one plain keyword misleads; each further one leaves this much less room for error."""
_MISS_FALLS = 0.5
_OLDER = 0.5
"""What a keyword in an earlier message weighs against one in the question."""

_FLAGS: Mapping[str, tuple[str, ...]] = {
    "human": (
        "human", "real person", "a person", "live agent", "agent please", "an agent", "representative", "speak to someone",
        "talk to someone", "speak with someone", "menschen sprechen", "mit einem menschen", "mitarbeiter", "echte person",
        "una persona", "un humano", "un agente", "hablar con alguien", "un humain", "une vraie personne", "un conseiller",
        "parler a quelqu un", "un agent", "um humano", "uma pessoa", "atendente", "falar com alguem",
    ),
    "legal": (
        "lawyer", "attorney", "lawsuit", "sue you", "legal action", "small claims", "consumer protection", "gdpr", "subpoena",
        "anwalt", "rechtsanwalt", "klage", "verbraucherzentrale", "dsgvo", "abogado", "abogada", "demanda", "demandar",
        "avocat", "tribunal", "plainte", "poursuites", "rgpd", "advogado", "advogada", "processo judicial", "procon", "lgpd",
    ),
    "security": (
        "hacked", "hacker", "data breach", "phishing", "vulnerability", "account takeover", "compromised", "stolen identity",
        "identity theft", "unauthorized", "fraud", "gehackt", "datenleck", "betrug", "hackeado", "hackeada", "fraude",
        "robo de identidad", "pirate", "piratage", "usurpation", "invadida", "invadido", "vazamento",
    ),
}  # fmt: skip


class KeywordClassifier:
    """Implements ``ports.Classifier`` with the keywords of one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self.version = "keywords/1"
        self._categories = _Phrases({c.name: (*c.keywords, c.name.replace("-", " ")) for c in configuration.categories})
        self._flags = _Phrases(_FLAGS)

    def classify(self, ticket: Ticket) -> Classification:
        """The categories whose keywords were said, best first; none when nothing was or when rivals cannot be told apart."""
        latest, older = _spoken(ticket)
        weights: dict[str, float] = defaultdict(float)
        said: dict[str, dict[str, None]] = defaultdict(dict)
        for text, weight in ((latest, 1.0), (older, _OLDER)):
            for category, phrases in self._categories.found(text).items():
                fresh = [p for p in phrases if p not in said[category]]
                weights[category] += weight * sum(1 + 0.5 * (p.count(" ")) for p in fresh)
                said[category].update(dict.fromkeys(fresh))
        labels = _labels(weights)
        reasons = tuple(
            Reason("keywords", f"{n.category}: mentions {', '.join(said[n.category])}.") for n in labels[:1]
        )
        return Classification(
            labels=labels,
            reasons=reasons or (Reason("no_keywords", "No keyword of any category was said."),),
            engine=self.version,
            flags=frozenset(self._flags.found(latest)),
        )


class _Phrases:
    """Finds phrases of several names in one pass over a text, whatever its length and theirs."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._names: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
        for name, texts in phrases.items():
            for text in texts:
                if key := tuple(stems(text)):
                    self._names[key].setdefault(name, text)
        self._lengths = sorted({len(key) for key in self._names})

    def found(self, text: str) -> dict[str, tuple[str, ...]]:
        """Name -> its phrases that occur, in order of appearance, each once, as they were given."""
        spoken = stems(text)
        hits: dict[str, dict[str, None]] = defaultdict(dict)
        for start in range(len(spoken)):
            for length in self._lengths:
                for name, phrase in self._names.get(tuple(spoken[start : start + length]), {}).items():
                    hits[name][phrase] = None
        return {name: tuple(phrases) for name, phrases in hits.items()}


def _spoken(ticket: Ticket) -> tuple[str, str]:
    """What the customer says now, with the subject, and what was said before; quoted mail is left out."""
    texts = [_own_words(m.text) for m in ticket.messages if m.public and m.author.role is Role.CUSTOMER]
    return f"{ticket.subject}\n{texts[-1] if texts else ''}", "\n".join(texts[:-1])[-MOST_CHARACTERS:]


def _own_words(text: str) -> str:
    lines = text[:MOST_CHARACTERS].splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(">"))


def _labels(weights: Mapping[str, float]) -> tuple[Label, ...]:
    """Weights as probabilities: more evidence and fewer rivals make it likelier, one word alone never makes it sure."""
    total = sum(weights.values())
    ranked = sorted(
        ((name, weight) for name, weight in weights.items() if weight > 0), key=lambda pair: (-pair[1], pair[0])
    )
    return tuple(
        Label(name, round((1 - _MISS * _MISS_FALLS ** (weight - 1)) * weight / total, 3)) for name, weight in ranked
    )
