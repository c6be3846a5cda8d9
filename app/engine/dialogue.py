"""How a conversation goes on: yes and no, keywords of short channels, what a customer is told while a person answers, what comes next."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from app.engine.channels import SMS, kind
from app.engine.configuration.settled import Configuration
from app.engine.phrases import ENGLISH, PHRASES
from app.engine.types import Classification, Label, Reason
from app.engine.words import stems, words
from app.engine.workflows.types import Ask, Progress, Prove, Wait
from connectors.types import Ticket

A_PERSON: Mapping[str, str] = MappingProxyType(
    {
        "en": "Thank you for your message. A person will answer you.",
        "de": "Vielen Dank für Ihre Nachricht. Ein Mensch wird Ihnen antworten.",
        "es": "Gracias por su mensaje. Una persona le responderá.",
        "fr": "Merci pour votre message. Une personne vous répondra.",
        "it": "Grazie per il messaggio. Le risponderà una persona.",
        "nl": "Bedankt voor uw bericht. Een medewerker zal u antwoorden.",
        "pt": "Obrigado pela sua mensagem. Uma pessoa irá responder-lhe.",
    }
)
"""What is said, and nothing else, where no answer may be given by us."""
_YES = """yes yeah yep yup sure ok okay correct right exactly please confirm confirmed fine
ja jawohl genau gerne stimmt richtig passt si claro vale correcto exacto oui ouais bien volontiers exact certo esatto va bene
graag klopt goed prima sim certo correto"""
_NO = """no nope nah not wrong incorrect never cancel stop nein nicht falsch keinesfalls nunca incorrecto non pas faux jamais
sbagliato mai nee niet fout nao errado"""
YES, NO = frozenset(words(_YES)), frozenset(words(_NO))
_MOST_WORDS = 8
"""A longer answer says more than yes or no: it is read as a message of its own."""
_KEYWORD = re.compile(r"^\W*(?P<word>[^\W\d_]{2,20})\b[\s:#-]*(?P<rest>.*)$", re.DOTALL)


def a_person(language: str, due: datetime | None = None, when: str = "") -> str:
    """That a person answers; by when, where that is promised. ``when`` is how ``due`` is written."""
    if due is not None:
        return PHRASES.get(language, ENGLISH).next_step.replace("{by}", when or due.isoformat(timespec="minutes"))
    return A_PERSON.get(language, A_PERSON["en"])


def confirmed(text: str) -> bool | None:
    """Yes, no, or None for anything that is not plainly one of them: then it is asked again, or a person reads it."""
    said = words(text)
    if not said or len(said) > _MOST_WORDS:
        return None
    yes, no = bool(YES & set(said)), bool(NO & set(said))
    if no and said[0] in NO:
        return False
    return None if yes == no else yes


@dataclass(frozen=True)
class Command:
    """A keyword of a short channel, what the configuration starts by it, and what stood behind it."""

    word: str
    starts: str
    rest: str


def command(text: str, keywords: Mapping[str, str]) -> Command | None:
    """The keyword that a message begins with: ``ORDER 12345``. A sentence that begins with the same word is none."""
    found = _KEYWORD.match(text.strip())
    if found is None:
        return None
    starts = next((action for word, action in keywords.items() if word.casefold() == found["word"].casefold()), "")
    rest = found["rest"].strip()
    short = len(rest.split()) <= 3 and (not rest or any(map(str.isdigit, rest)))
    return Command(found["word"].upper(), starts, rest) if starts and short else None


def keyed(ticket: Ticket, judged: Classification, configuration: Configuration) -> Classification:
    """The classification; a keyword on a short channel says by itself what it is about. One that starts nothing is for a person."""
    question = ticket.question
    if question is None or kind(ticket) != SMS:
        return judged
    found = command(question.text, configuration.keywords)
    if found is None:
        return judged
    category = started(found.starts, (one.name for one in configuration.categories))
    reason = Reason("keyword", f"The keyword {found.word} stands for {found.starts}.")
    return replace(judged, labels=(Label(category, 1.0),) if category else (), reasons=(reason,))


def started(name: str, categories: Iterable[str]) -> str:
    """The category that a keyword's start is about: ``check-order-status`` is about ``order-status``; empty for none."""
    wanted = set(stems(name))
    return next((one for one in categories if set(stems(one.replace("_", " "))) <= wanted), "")


@dataclass(frozen=True)
class Outlook:
    """What the customer can do now, and what follows, by the names of the workflow's steps."""

    actions: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


def outlook(progress: Progress | None) -> Outlook:
    """For a program that shows the conversation: what is asked for now, and the steps that remain."""
    if progress is None or progress.ended:
        return Outlook()
    waiting, left = progress.waiting, progress.workflow.steps[progress.at :]
    after = tuple(step.name for step in left[1:])
    if isinstance(waiting, Ask):
        return Outlook(
            _forms(progress, waiting.slots), (*(f"collect-{slot}" for slot in waiting.slots), *_now(left), *after)
        )
    if isinstance(waiting, Prove):
        return Outlook(("enter-code",), ("verify-identity", *after))
    return Outlook((), after if isinstance(waiting, Wait) else tuple(step.name for step in left))


def _forms(progress: Progress, slots: Sequence[str]) -> tuple[str, ...]:
    name = progress.workflow.name
    return (f"{name}-form",) if "-" in name else tuple(f"enter-{slot}" for slot in slots)


def _now(left: Sequence[object]) -> tuple[str, ...]:
    return tuple(getattr(step, "name", "") for step in left[:1])
