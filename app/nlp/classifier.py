"""The local classifier behind ``engine.ports.Classifier``: a ticket in, one classification with its reasons out."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from app.engine.configuration import Category, Configuration
from app.engine.machines import why_machine
from app.engine.robbed import about_fraud, suspected
from app.engine.types import Classification, Label, Reason
from app.nlp.clean import clean
from app.nlp.engine import Engine, Reading
from app.nlp.learning import version
from app.nlp.model import Model, Opinion
from app.nlp.mood import Outcome, satisfaction, sentiment
from app.nlp.mood.urgency import Signal
from app.nlp.rows import Example
from app.nlp.store import Damaged, ModelStore
from app.nlp.tier import Tier
from connectors.types import Message, Role, Status, Ticket

log = logging.getLogger(__name__)

VERSION = "local-2"
WARMING = "Where is my order? It should have been here by Friday."


class LanguageClassifier:
    """Classifies by the configuration's categories and the account's examples. Shared by all jobs of a worker."""

    def __init__(
        self,
        configuration: Configuration,
        examples: Iterable[Example],
        store: ModelStore | None,
        tier: Tier,
        before: Model | None = None,
    ) -> None:
        """Takes the model from ``store``, or trains it and keeps it there: slow, so before the first job.

        ``before`` makes a refit incremental: what that model was trained on is not encoded again.
        """
        self.tier = tier
        model = _model(configuration.categories, tuple(examples), store, tier, before)
        self._engine = Engine(model, tier.encoder, products(configuration.settings))
        self._fraud = about_fraud(category.name for category in configuration.categories)
        self.version = f"{VERSION}:{tier.name}:{model.version}"

    @property
    def model(self) -> Model:
        """The trained model, for reports and for the next refit."""
        return self._engine.model

    def warm_up(self) -> None:
        """Loads all that the first ticket would have to wait for."""
        self._engine.read(WARMING, datetime(2026, 1, 1, tzinfo=UTC))

    def classify(self, ticket: Ticket) -> Classification:
        """The judgement on the newest question, with its subject where it is the ticket's first. Never raises on any text."""
        asked = [message for message in ticket.messages if message.author.role is Role.CUSTOMER and message.public]
        if not asked:
            return Classification((), (Reason("no_question", "No customer has written here."),), self.version)
        newest = asked[-1]
        subject = ticket.subject if len(asked) == 1 else ""
        reading = self._engine.read(
            newest.text, newest.at, subject=subject, messages=len(asked), last_language=_short(newest)
        )
        rating = satisfaction(outcome(ticket, asked, reading.mood.sentiment))
        judged = self._classification(reading, rating, why_machine(newest, ticket))
        return suspected(judged, f"{subject}\n{newest.text}", self._fraud)

    def _classification(self, reading: Reading, rating: Signal, machine: Reason | None) -> Classification:
        judgement, mood = reading.judgement, reading.mood
        known = () if judgement.out_of_scope else (*judgement.opinions, *reading.also)
        ranked = sorted({opinion.category: opinion for opinion in known}.values(), key=lambda opinion: -opinion.p)
        return Classification(
            labels=tuple(Label(opinion.category, opinion.p) for opinion in ranked),
            reasons=(*_reasons(reading, self.model), *_mood_reasons(reading, rating), *([machine] if machine else [])),
            engine=self.version,
            language=reading.language,
            sentiment=mood.sentiment,
            emotion=mood.emotion,
            urgency=mood.urgency.value,
            churn_risk=mood.churn.value,
            satisfaction=rating.value,
            entities=reading.entities,
            flags=reading.flags | ({"machine"} if machine else set()),
        )


def _model(
    categories: Sequence[Category],
    examples: Sequence[Example],
    store: ModelStore | None,
    tier: Tier,
    before: Model | None,
) -> Model:
    kept = _kept(store, version(categories, examples, tier.encoder)) if store else None
    if kept is not None:
        return kept
    model = Engine.fit(categories, examples, tier.encoder, before=before)
    if store is not None:
        store.save(model, categories)
    return model


def _kept(store: ModelStore, name: str) -> Model | None:
    """The model of that name, or None when there is none that can be used: it is then made anew."""
    try:
        return store.load(name)
    except Damaged as damage:
        log.warning("model.damaged", extra={"model": name, "why": str(damage)})
        return None


def products(settings: Mapping[str, object]) -> tuple[str, ...]:
    """The product names that a configuration lists, as strings or as mappings with a ``name``."""
    given = settings.get("products")
    names = (
        [item.get("name") if isinstance(item, Mapping) else item for item in given]
        if isinstance(given, (list, tuple))
        else []
    )
    return tuple(name for name in names if isinstance(name, str) and name.strip())


def _reasons(reading: Reading, model: Model) -> tuple[Reason, ...]:
    if not reading.cleaned.readable and not reading.judgement.opinions:
        return (Reason("unreadable", "There is no sentence in it that could be understood."),)
    if reading.judgement.out_of_scope:
        return (Reason("out_of_scope", "It is unlike everything that the categories and their examples cover."),)
    best = reading.judgement.opinions[0]
    found = [
        _nearest(best, model),
        Reason("margin", f"{best.category} leads the next category by {reading.judgement.margin:.2f}."),
    ]
    if best.keywords:
        found.append(
            Reason(
                "keywords", f"It holds {len(best.keywords)} keyword(s) of {best.category}: {', '.join(best.keywords)}."
            )
        )
    if not best.automatic:
        found.append(Reason("not_sure", "Held-out examples at this probability were not right often enough."))
    found += [Reason("also", f"Another sentence asks about {opinion.category}.") for opinion in reading.also]
    return tuple(reason for reason in found if reason.text)


def _nearest(best: Opinion, model: Model) -> Reason:
    """Names the example by its number: its text is a customer's and stays out of reasons."""
    if best.nearest < 0:
        return Reason("nearest", "")
    what = f"example {best.nearest + 1}" if best.nearest < int(model.report.get("examples", 0)) else "the description"
    return Reason("nearest", f"It is closest to {what} of {best.category} (similarity {best.likeness:.2f}).")


def _mood_reasons(reading: Reading, rating: Signal) -> tuple[Reason, ...]:
    cues = {"urgent": reading.mood.urgency.cues, "churn": reading.mood.churn.cues, "satisfaction": rating.cues}
    return tuple(Reason(code, f"Cues for {code}: {', '.join(names)}.") for code, names in cues.items() if names)


def outcome(ticket: Ticket, asked: Sequence[Message], last_mood: float) -> Outcome:
    """How the conversation went until now, as ``satisfaction`` reads it. ``asked`` are the customer's messages, oldest first."""
    first, newest = asked[0], asked[-1]
    answered = (m.at for m in ticket.messages if m.public and m.author.role is Role.AGENT and m.at >= first.at)
    waited = (next(answered, newest.at) - first.at).total_seconds() / 3600
    mood = sentiment(clean(first.text).text) if len(asked) > 1 else last_mood
    return Outcome(mood, last_mood, len(asked), waited, ticket.status in (Status.SOLVED, Status.CLOSED))


def _short(message: Message) -> str:
    """The language of the author's locale: what a text too short to tell is taken to be in."""
    return message.author.locale[:2].lower() if message.author.locale[:2].isalpha() else ""
