"""Signs that somebody is being robbed, in their own words: a suspicion of fraud, whatever else the words are like, in seven languages.

A payment that they did not make; a card, or what opens the account, in other hands; a secret given to somebody who tricked them.
"""
# ruff: noqa: E501 - one pattern is read better as one line

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from app.engine.bounds import plain
from app.engine.types import Classification, Label, Reason
from app.engine.words import stems

SURE = 0.95
"""How sure that is: some who say so have forgotten what they bought."""
TOPIC = "fraud"
_READ = 8_000
_NEAR = r"[^.!?\n]{0,80}"


class Sign(StrEnum):
    """What somebody says has happened to them."""

    DENIED = "denied_payment"
    TAKEN = "taken"
    TRICKED = "tricked"


SAID: Mapping[Sign, str] = {
    Sign.DENIED: "The customer says that they did not make a payment.",
    Sign.TAKEN: "The customer says that a card, or what opens the account, is lost, stolen or in other hands.",
    Sign.TRICKED: "The customer says that somebody tricked them, or has tried to.",
}
CAREFUL: Mapping[str, str] = {
    "en": "Until then, please lock your card in the app, and tell nobody your card details, PIN or password, not even us.",
    "de": "Bitte sperren Sie Ihre Karte bis dahin in der App, und nennen Sie niemandem Kartendaten, PIN oder Passwort, auch uns nicht.",
    "es": "Mientras tanto, bloquee su tarjeta en la aplicación y no dé a nadie los datos de su tarjeta, su PIN ni su contraseña, tampoco a nosotros.",
    "fr": "D'ici là, bloquez votre carte dans l'application et ne donnez à personne, pas même à nous, les données de votre carte, votre code PIN ni votre mot de passe.",
    "it": "Nel frattempo blocchi la carta nell'app e non comunichi a nessuno, nemmeno a noi, i dati della carta, il PIN o la password.",
    "nl": "Blokkeer tot die tijd uw kaart in de app en geef niemand, ook ons niet, uw kaartgegevens, pincode of wachtwoord.",
    "pt": "Até lá, bloqueie o seu cartão na aplicação e não diga a ninguém, nem a nós, os dados do cartão, o PIN ou a palavra-passe.",
}
"""What somebody can do for themselves until a person answers."""
Pair = tuple[str, str]
_DENIED: Sequence[Pair] = (
    (r"\b(?:charges?|payments?|transactions?|transfers?|with-?draw(?:al)?s?|withdrew|purchases?|debits?|cash advance|cash|spending|deducted)\b",
     r"\b(?:i|we)(?: \w+ly)? (?:did not|didn'?t|never|have(?:n't| not| never))(?: even| \w+ly)? (?:make|made|authori[sz]ed?|approved?|do|did|done|recogni[sz]ed?|initiated?|placed?|perform(?:ed)?|completed?|created?|submit(?:ted)?|set up|carr(?:y|ied) out|withdr[ae]wn?|take out|taken out|buy|bought|purchased?|charged?|order(?:ed)?)\b"
     r"|\b(?:i|we)(?: \w+ly)? (?:do not|don'?t|cannot|can'?t)(?: even)? (?:recogni[sz]e|recall|remember|know)\b(?! (?:why|what|how|where|when|if|whether|which|who to|that|my|the pin))|\b(?:is|was|were|are)(?:n'?t| not) (?:mine|ours|me|(?:made|done|authori[sz]ed) by me)\b|\bnot (?:be(?:en)? )?(?:made|done|authori[sz]ed) by me\b"
     r"|\bwithout my (?:permission|consent|knowledge|authori[sz]ation)\b|\bunauthori[sz]ed\b|\b(?:someone|somebody) else\b(?!'s)|\bnot mine\b|\bnever (?:heard of|been (?:to|there))\b|\bunfamiliar with\b|\bnot familiar with\b|\b(?:looks|seems) (?:suspicious|strange|fraudulent)\b"),
    (r"\b(?:strange|suspicious|unknown|unfamiliar|fraudulent|mysterious|false|odd|weird|random|unusual|unrecogni[sz]ed|unauthori[sz]ed)\b",
     r"(?<=\w )(?:(?:direct|card|cash|bank) )?(?:charges?|payments?|transactions?|withdrawals?|purchases?|debits?|spending|activity|login|log-?in)\b"),
    (r"\b(?:\w*abbuchung\w*|\w*zahlung\w*|\w*überweisung\w*|\w*belastung\w*|\w*buchung\w*|einkauf|transaktion\w*|abhebung\w*)\b",
     r"\bnicht (?:gemacht|getätigt|autorisiert|veranlasst|freigegeben|von mir|erkenne|gewesen)\b|\bnie (?:gemacht|getätigt|autorisiert|veranlasst)\b|\b(?:kenne|erkenne) ich nicht\b|\bohne meine (?:zustimmung|erlaubnis)\b|\bunbefugt\w*\b|\b(?:verdächtige|unbekannte|fremde|seltsame)[rsn]?\b"),
    (r"\b(?:cargos?|pagos?|transacci[oó]n(?:es)?|compras?|transferencias?|retiros?|cobros?)\b",
     r"\bno (?:hice|he hecho|autoric[eé]|he autorizado|reconozco|realic[eé]|es m[ií][oa])\b|\bsin mi (?:permiso|autorizaci[oó]n|consentimiento)\b|\bno autorizad[oa]s?\b|\b(?:sospechos|desconocid|fraudulent|extrañ)[oa]s?\b"),
    (r"\b(?:d[ée]bits?|paiements?|pr[ée]l[èe]vements?|achats?|transactions?|virements?|retraits?)\b",
     r"\bje n'ai (?:pas|jamais) (?:fait|effectu[ée]|autoris[ée]|valid[ée])\b|\bne reconnais pas\b|\bpas (?:le mien|la mienne|de moi)\b|\bsans mon (?:accord|autorisation)\b|\bnon autoris[ée]e?s?\b|\b(?:suspect|inconnu|frauduleu[xs])e?s?\b"),
    (r"\b(?:addebit[oi]|pagament[oi]|transazion[ei]|acquist[oi]|bonific[oi]|preliev[oi])\b",
     r"\bnon ho (?:mai )?(?:fatto|autorizzato|effettuato)\b|\bnon (?:lo |la )?riconosco\b|\bnon (?:è|e') mi[oa]\b|\bsenza (?:il )?mio (?:permesso|consenso)\b|\bnon autorizzat[oaie]\b|\b(?:sospett|sconosciut|fraudolent)[oaie]\b"),
    (r"\b(?:afschrijving(?:en)?|betaling(?:en)?|transacties?|aankoop|aankopen|overboeking(?:en)?|opname)\b",
     r"\bniet (?:gedaan|gemaakt|van mij|geautoriseerd|goedgekeurd|herken)\b|\bherken ik niet\b|\bzonder mijn toestemming\b|\b(?:verdachte|onbekende|vreemde)\b"),
    (r"\b(?:cobran[çc]as?|pagamentos?|transa[çc](?:[ãa]o|[õo]es)|compras?|transfer[êe]ncias?|d[ée]bitos?|saques?)\b",
     r"\bn[ãa]o (?:fiz|autorizei|reconhe[çc]o|realizei|[ée] minha|[ée] meu)\b|\bsem (?:a )?minha (?:autoriza[çc][ãa]o|permiss[ãa]o)\b|\bn[ãa]o autorizad[oa]s?\b|\b(?:suspeit|desconhecid|fraudulent|estranh)[oa]s?\b"),
)  # fmt: skip
_TAKEN: Sequence[Pair] = (
    (r"\b(?:my|the|our|a|all|and) (?:\w+ )?(?:cards?|wallet|purse|(?:hand)?bag|phone|account|details|info(?:rmation)?|identity|money|pin|password)\b|\b(?:everything|report)\b",
     r"\b(?:stole|stolen|mugged|robbed|thie(?:f|ves)|skimmed|cloned|hacked|compromised|hijacked|pickpocket\w*)\b|\bcopy of my card\b"),
    (r"\bmy (?:\w+ )?(?:cards?|wallet|purse)\b(?! pin)|\bthe cards?\b(?! pin)",
     r"\b(?:i(?:'ve)?|have|just|has been|was|is|got|gone|help,?) (?:just )?(?:lost|missing|misplaced|mislaid)\b(?! in the (?:mail|post))|\b(?:can ?not|can'?t|unable to) (?:\w+ )?find\b"),
    (r"\b(?:(?:someone|somebody)(?: else)?|another person|anyone else|a stranger)(?!'s)\b[^.!?\n]{0,40}\b(?:us(?:es|ed|ing)|utili[sz]ing|took|taken|charged|copied|access|gained|got|withdr\w+|spen[dt]\w*|bought|transferred|logged|chang(?:ed|ing)|emptied)\b",
     r"\bmy (?:\w+ )?(?:cards?|account|money|details|info(?:rmation)?|funds|savings|password|pin)\b|\bmoney out\b"),
    (r"\b(?:my|the|a) (?:\w+ )?(?:cards?|account)\b", r"\b(?:used|accessed|charged|emptied)\b[^.!?\n]{0,30}(?:\bby (?:someone|somebody|another)\b|\bwithout my (?:permission|knowledge|consent|authori[sz]ation)\b)"),
    (r"\bstolen\b", r"\b(?:cards?|wallet|phone)\b"),
    (r"\b\w*(?:karte|geldb[öo]rse|portemonnaie|brieftasche|handy|tasche|konto|kontodaten)\b",
     r"\b(?:gestohlen|geklaut|entwendet|verloren|gehackt|geknackt|missbraucht|abhanden)\b|\bjemand\b[^.!?\n]{0,60}\b(?:benutzt|verwendet|abgehoben|[üu]berwiesen|zugriff)\b"),
    (r"\b(?:tarjetas?|cartera|bolso|m[óo]vil|cuenta|datos)\b",
     r"\b(?:robad[oa]s?|robaron|robó|perd[íi]|perdido|hackead[oa]|hackearon|clonad[oa]|clonaron|extraviad[oa])\b|\balguien\b[^.!?\n]{0,40}\b(?:us[óo]|usa|usando|sac[óo]|entr[óo]|acceso)\b"),
    (r"\b(?:cartes?|portefeuille|sac|t[ée]l[ée]phone|compte|coordonn[ée]es)\b",
     r"\bvol[ée]e?s?\b|\bperdue?s?\b|\bpirat[ée]e?s?\b|\bclon[ée]e?s?\b|\bquelqu'un\b[^.!?\n]{0,40}\b(?:utilis\w+|retir\w+|acc[èe]s|servi)\b"),
    (r"\b(?:cart[ae]|bancomat|portafogli[oa]?|borsa|telefono|conto|dati)\b",
     r"\b(?:rubat|smarrit|clonat|hackerat|violat)[oaie]\b|\bpers[oa]\b|\bqualcuno\b[^.!?\n]{0,40}\b(?:us[aò]|usando|usato|prelevat\w+|accesso)\b"),
    (r"\b(?:\w*pas|\w*kaart|portemonnee|tas|telefoon|\w*rekening|gegevens)\b",
     r"\b(?:gestolen|verloren|kwijt|gehackt|geskimd|gerold)\b|\biemand\b[^.!?\n]{0,40}\b(?:gebruikt|opgenomen|toegang|overgemaakt)\b"),
    (r"\b(?:cart[ãa]o|cart[õo]es|carteira|bolsa|telem[óo]vel|celular|conta|dados)\b",
     r"\b(?:roubad[oa]s?|roubaram|furtad[oa]s?|perdi|perdid[oa]|clonad[oa]|clonaram|hackead[oa]|hackearam|invadid[oa]|invadiram)\b|\balgu[ée]m\b[^.!?\n]{0,40}\b(?:us[ao]u?|usando|sacou|entrou|acesso)\b"),
)  # fmt: skip
_TRICKED: Sequence[Pair] = (
    (r"\b(?:pretend\w*|claim(?:s|ed|ing) to be|pos(?:ed|ing) as|impersonat\w+|fake|suspicious|link)\b",
     r"\b(?:gave|given|told|typed|entered|shared|sent|disclosed|revealed|confirmed)\b[^.!?\n]{0,40}\b(?:pin|passwords?|passcode|codes?|card (?:details|number)|details|cvv|credentials)\b"),
    (r"\b(?:i|we)(?:'ve|'m)?\b", r"\b(?:phish(?:ed|ing)|smishing|vishing|scammed|scammers?|defrauded|conned)\b|\b(?:is|was|be) a scam\b"),
    (r"\b(?:ich|mich|mir|wir|uns)\b", r"\b(?:phishing|betrogen|hereingefallen|reingefallen|betr[üu]ger\w*)\b|\bgef[äa]lschte[nr]? (?:sms|e?-?mail|nachricht|seite|anruf)\b"),
    (r"\b(?:me|he|nos|mi|un|una)\b", r"\b(?:estafad[oa]|estafaron|estafa|suplantaci[óo]n)\b|\bmensaje falso\b"),
    (r"\b(?:je|j'ai|me|m'a|on|nous|un|une)\b", r"\b(?:hame[çc]onnage|arnaqu[ée]e?s?|arnaque|escroqu\w+)\b|\bfaux (?:sms|message|mail|conseiller)\b"),
    (r"\b(?:ho|mi|sono|una?|ci)\b", r"\b(?:truffat[oa]|truffa|raggir\w+)\b|\bfalso (?:sms|messaggio)\b"),
    (r"\b(?:ik|mij|me|we)\b", r"\b(?:opgelicht|oplichter\w*|oplichting)\b|\bnepbericht\b"),
    (r"\b(?:eu|me|fui|um|uma|ca[íi])\b", r"\b(?:golpe|golpista|burlad[oa]|burla)\b|\bmensagem falsa\b"),
)  # fmt: skip


def _pattern(pairs: Sequence[Pair]) -> re.Pattern[str]:
    """Both of a pair near each other, in either order, within a sentence."""
    return re.compile("|".join(f"(?:{a}){_NEAR}(?:{b})|(?:{b}){_NEAR}(?:{a})" for a, b in pairs), re.IGNORECASE)


_PATTERNS: Mapping[Sign, re.Pattern[str]] = {
    Sign.TAKEN: _pattern(_TAKEN),
    Sign.DENIED: _pattern(_DENIED),
    Sign.TRICKED: _pattern(_TRICKED),
}
"""Where several are said, the first: a card in other hands can be locked whatever was paid with it."""


def sign(text: str) -> Sign | None:
    """What somebody says has happened to them, or None."""
    said = plain(text[:_READ])
    return next((one for one, pattern in _PATTERNS.items() if pattern.search(said)), None)


def about_fraud(names: Iterable[str]) -> tuple[str, ...]:
    """The categories with fraud in their name."""
    return tuple(name for name in names if TOPIC in stems(name.replace("_", " ")))


def suspected(judged: Classification, text: str, categories: tuple[str, ...]) -> Classification:
    """The judgement with fraud first and sure, where somebody shows a sign and the account has a category for that.

    Why the words alone would be something else is left out: nobody acts on it.
    """
    found = sign(text) if categories else None
    if found is None or (judged.category in categories and judged.confidence >= SURE):
        return judged
    first = judged.category if judged.category in categories else categories[0]
    rest = tuple(replace(label, p=min(label.p, 1 - SURE)) for label in judged.labels if label.category != first)
    return replace(judged, labels=(Label(first, SURE), *rest), reasons=(Reason(found, SAID[found]),))
