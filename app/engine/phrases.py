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
    disclosure: str
    human: str
    """``human`` stays the word in every language: it is what we listen for."""
    prepared: str
    next_step: str
    """``{by}`` stands for a time that is promised."""
    known_trouble: str
    """To everybody whom one incident concerns. It promises no time."""

    @property
    def english(self) -> bool:
        """Whether these are the English ones."""
        return self.next_step == ENGLISH.next_step


ENGLISH = Phrases(
    Templates.greeting,
    Templates.closing,
    "Source",
    "Sources",
    "Related articles",
    "Sorry for the trouble.",
    "Thank you for your message.",
    Templates.disclosure,
    Templates.human,
    "Prepared automatically and checked by a member of our team.",
    "Thank you for your message. A member of our team will answer you personally by {by}.",
    "Thank you for telling us. Others report the same, we know of the problem and are working on it. "
    "We will write to you here as soon as it is solved; there is nothing that you have to do.",
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
            "Dies ist eine automatische Antwort.",
            "Um mit einem Menschen zu sprechen, antworten Sie einfach „human“.",
            "Automatisch vorbereitet und von unserem Team geprüft.",
            "Vielen Dank für Ihre Nachricht. Ein Mitglied unseres Teams antwortet Ihnen persönlich bis {by}.",
            "Danke für Ihren Hinweis. Auch andere melden das; wir kennen das Problem und arbeiten daran. "
            "Wir schreiben Ihnen hier, sobald es gelöst ist; Sie müssen nichts tun.",
        ),
        "es": Phrases(
            "Hola {name}:",
            "Un saludo",
            "Fuente",
            "Fuentes",
            "Artículos relacionados",
            "Sentimos las molestias.",
            "Gracias por su mensaje.",
            "Esta es una respuesta automática.",
            "Para hablar con una persona, responda simplemente «human».",
            "Preparado automáticamente y revisado por nuestro equipo.",
            "Gracias por su mensaje. Un miembro de nuestro equipo le responderá personalmente antes de {by}.",
            "Gracias por avisarnos. Otros clientes informan de lo mismo; conocemos el problema y trabajamos en él. "
            "Le escribiremos aquí en cuanto esté resuelto; no tiene que hacer nada.",
        ),
        "fr": Phrases(
            "Bonjour {name},",
            "Cordialement",
            "Source",
            "Sources",
            "Articles associés",
            "Veuillez nous excuser pour la gêne occasionnée.",
            "Merci pour votre message.",
            "Ceci est une réponse automatique.",
            "Pour parler à une personne, répondez simplement « human ».",
            "Préparé automatiquement et vérifié par notre équipe.",
            "Merci pour votre message. Un membre de notre équipe vous répondra personnellement avant le {by}.",
            "Merci de nous avoir prévenus. D'autres signalent la même chose ; nous connaissons le problème et y travaillons. "
            "Nous vous écrirons ici dès qu'il sera résolu ; vous n'avez rien à faire.",
        ),
        "it": Phrases(
            "Ciao {name},",
            "Cordiali saluti",
            "Fonte",
            "Fonti",
            "Articoli correlati",
            "Ci scusiamo per il disagio.",
            "Grazie per il messaggio.",
            "Questa è una risposta automatica.",
            "Per parlare con una persona, risponda semplicemente “human”.",
            "Preparato automaticamente e controllato dal nostro team.",
            "Grazie per il messaggio. Un membro del nostro team le risponderà personalmente entro {by}.",
            "Grazie per la segnalazione. Altri segnalano lo stesso problema; lo conosciamo e ci stiamo lavorando. "
            "Le scriveremo qui appena sarà risolto; non deve fare nulla.",
        ),
        "nl": Phrases(
            "Hallo {name},",
            "Met vriendelijke groet",
            "Bron",
            "Bronnen",
            "Verwante artikelen",
            "Excuses voor het ongemak.",
            "Bedankt voor uw bericht.",
            "Dit is een automatisch antwoord.",
            'Wilt u een medewerker spreken, antwoord dan gewoon "human".',
            "Automatisch voorbereid en door ons team gecontroleerd.",
            "Bedankt voor uw bericht. Een medewerker antwoordt u persoonlijk vóór {by}.",
            "Bedankt voor uw melding. Ook anderen melden dit; we kennen het probleem en werken eraan. "
            "We schrijven u hier zodra het is opgelost; u hoeft niets te doen.",
        ),
        "pt": Phrases(
            "Olá {name},",
            "Com os melhores cumprimentos",
            "Fonte",
            "Fontes",
            "Artigos relacionados",
            "Lamentamos o incómodo.",
            "Obrigado pela sua mensagem.",
            "Esta é uma resposta automática.",
            "Para falar com uma pessoa, responda simplesmente “human”.",
            "Preparado automaticamente e verificado pela nossa equipa.",
            "Obrigado pela sua mensagem. Um membro da nossa equipa responder-lhe-á pessoalmente até {by}.",
            "Obrigado pelo aviso. Outros clientes relatam o mesmo; conhecemos o problema e estamos a tratar dele. "
            "Escreveremos aqui assim que estiver resolvido; não precisa de fazer nada.",
        ),
    }
)
"""ISO 639-1 -> phrases."""
TONES = ("sorry", "thanks")
"""Courtesies that a writer may choose from: the only words of an answer that need no source, so they are ours."""


def phrases(language: str, templates: Templates) -> Phrases:
    """The phrases of a language, English for one that we do not have; what the account wrote itself instead of them."""
    known = PHRASES.get(language, ENGLISH)
    own = {name: given for name, given in vars(templates).items() if given != getattr(ENGLISH, name)}
    return Phrases(**{**vars(known), **own})


def tongue(locale: str) -> str:
    """``pt`` for ``pt-PT`` and ``pt_br``; empty for none."""
    return locale.replace("_", "-").partition("-")[0].casefold()
