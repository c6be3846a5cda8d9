"""The few sentences around an answer, in the languages that we can vouch for. What an account writes itself always goes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.engine.configuration.settled import Templates


@dataclass(frozen=True)
class Phrases:
    """Ready sentences of one language; ``{name}`` stands for the first name."""

    greeting: str
    closing: str
    source: str
    sources: str
    related: str
    sorry: str
    thanks: str


ENGLISH = Phrases(
    Templates.greeting,
    Templates.closing,
    "Source",
    "Sources",
    "Related articles",
    "Sorry for the trouble.",
    "Thank you for your message.",
)
PHRASES: Mapping[str, Phrases] = MappingProxyType(
    {
        "en": ENGLISH,
        "de": Phrases(
            "Hallo {name},",
            "Freundliche Grüße",
            "Quelle",
            "Quellen",
            "Verwandte Artikel",
            "Bitte entschuldigen Sie die Umstände.",
            "Vielen Dank für Ihre Nachricht.",
        ),
        "es": Phrases(
            "Hola {name}:",
            "Un saludo",
            "Fuente",
            "Fuentes",
            "Artículos relacionados",
            "Sentimos las molestias.",
            "Gracias por su mensaje.",
        ),
        "fr": Phrases(
            "Bonjour {name},",
            "Cordialement",
            "Source",
            "Sources",
            "Articles associés",
            "Veuillez nous excuser pour la gêne occasionnée.",
            "Merci pour votre message.",
        ),
        "it": Phrases(
            "Ciao {name},",
            "Cordiali saluti",
            "Fonte",
            "Fonti",
            "Articoli correlati",
            "Ci scusiamo per il disagio.",
            "Grazie per il messaggio.",
        ),
        "nl": Phrases(
            "Hallo {name},",
            "Met vriendelijke groet",
            "Bron",
            "Bronnen",
            "Verwante artikelen",
            "Excuses voor het ongemak.",
            "Bedankt voor uw bericht.",
        ),
        "pt": Phrases(
            "Olá {name},",
            "Com os melhores cumprimentos",
            "Fonte",
            "Fontes",
            "Artigos relacionados",
            "Lamentamos o incómodo.",
            "Obrigado pela sua mensagem.",
        ),
    }
)
"""ISO 639-1 -> phrases."""
TONES = ("sorry", "thanks")
"""Courtesies that a writer may choose from: the only words of an answer that need no source, so they are ours."""


def phrases(language: str, templates: Templates) -> Phrases:
    """The phrases of a language, English for one that we do not have; the account's own greeting and closing where it wrote any."""
    known = PHRASES.get(language, ENGLISH)
    own = {
        name: given for name in ("greeting", "closing") if (given := getattr(templates, name)) != getattr(ENGLISH, name)
    }
    return Phrases(**{**vars(known), **own})


def tongue(locale: str) -> str:
    """``pt`` for ``pt-PT`` and ``pt_br``; empty for none."""
    return locale.replace("_", "-").partition("-")[0].casefold()
