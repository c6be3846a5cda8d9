"""A payment that the customer says they did not make: a suspicion of fraud, whatever else the words are like, in seven languages."""
# ruff: noqa: E501 - one pattern is read better as one line

import re
from collections.abc import Iterable
from dataclasses import replace

from app.engine.bounds import plain
from app.engine.types import Classification, Label, Reason
from app.engine.words import stems

SURE = 0.95
"""How sure that is: some who say so have forgotten what they bought."""
TOPIC = "fraud"
_READ = 8_000
_NEAR = r"[^.!?\n]{0,80}"
_PAIRS = (
    (r"\b(?:charges?|payments?|transactions?|transfers?|withdrawals?|purchases?|debits?|cash advance)\b",
     r"\b(?:i|we) (?:did not|didn'?t|never|have(?:n't| not| never)) (?:make|made|authori[sz]ed?|approved?|do|did|done|recogni[sz]ed?|initiated?|place|placed)\b|\b(?:i|we) (?:do not|don'?t) (?:recogni[sz]e|know)\b|\b(?:is|was|are|were)(?:n'?t| not) (?:mine|ours|me|made by me)\b|\bwithout my (?:permission|consent|knowledge|authori[sz]ation)\b|\bunauthori[sz]ed\b|\bsomeone else\b|\bnot mine\b"),
    (r"\b(?:\w*abbuchung\w*|\w*zahlung\w*|\w*überweisung\w*|\w*belastung\w*|\w*buchung\w*|einkauf|transaktion\w*|abhebung\w*)\b",
     r"\bnicht (?:gemacht|getätigt|autorisiert|veranlasst|freigegeben|von mir|erkenne|gewesen)\b|\bnie (?:gemacht|getätigt|autorisiert|veranlasst)\b|\b(?:kenne|erkenne) ich nicht\b|\bohne meine (?:zustimmung|erlaubnis)\b|\bunbefugt\w*\b"),
    (r"\b(?:cargos?|pagos?|transacci[oó]n(?:es)?|compras?|transferencias?|retiros?|cobros?)\b",
     r"\bno (?:hice|he hecho|autoric[eé]|he autorizado|reconozco|realic[eé]|es m[ií][oa])\b|\bsin mi (?:permiso|autorizaci[oó]n|consentimiento)\b|\bno autorizad[oa]s?\b"),
    (r"\b(?:d[ée]bits?|paiements?|pr[ée]l[èe]vements?|achats?|transactions?|virements?|retraits?)\b",
     r"\bje n'ai (?:pas|jamais) (?:fait|effectu[ée]|autoris[ée]|valid[ée])\b|\bne reconnais pas\b|\bpas (?:le mien|la mienne|de moi)\b|\bsans mon (?:accord|autorisation)\b|\bnon autoris[ée]e?s?\b"),
    (r"\b(?:addebit[oi]|pagament[oi]|transazion[ei]|acquist[oi]|bonific[oi]|preliev[oi])\b",
     r"\bnon ho (?:mai )?(?:fatto|autorizzato|effettuato)\b|\bnon (?:lo |la )?riconosco\b|\bnon (?:è|e') mi[oa]\b|\bsenza (?:il )?mio (?:permesso|consenso)\b|\bnon autorizzat[oaie]\b"),
    (r"\b(?:afschrijving(?:en)?|betaling(?:en)?|transacties?|aankoop|aankopen|overboeking(?:en)?|opname)\b",
     r"\bniet (?:gedaan|gemaakt|van mij|geautoriseerd|goedgekeurd|herken)\b|\bherken ik niet\b|\bzonder mijn toestemming\b"),
    (r"\b(?:cobran[çc]as?|pagamentos?|transa[çc](?:[ãa]o|[õo]es)|compras?|transfer[êe]ncias?|d[ée]bitos?|saques?)\b",
     r"\bn[ãa]o (?:fiz|autorizei|reconhe[çc]o|realizei|[ée] minha|[ée] meu)\b|\bsem (?:a )?minha (?:autoriza[çc][ãa]o|permiss[ãa]o)\b|\bn[ãa]o autorizad[oa]s?\b"),
)  # fmt: skip
_DENIED = re.compile("|".join(f"(?:{a}){_NEAR}(?:{b})|(?:{b}){_NEAR}(?:{a})" for a, b in _PAIRS), re.IGNORECASE)


def denied(text: str) -> bool:
    """Whether somebody says of a payment that they did not make it."""
    return _DENIED.search(plain(text[:_READ])) is not None


def about_fraud(names: Iterable[str]) -> tuple[str, ...]:
    """The categories with fraud in their name."""
    return tuple(name for name in names if TOPIC in stems(name.replace("_", " ")))


def suspected(judged: Classification, text: str, categories: tuple[str, ...]) -> Classification:
    """The judgement with fraud first, where somebody denies a payment and the account has a category for that."""
    if not categories or judged.category in categories or not denied(text):
        return judged
    reason = Reason("denied_payment", "The customer says that they did not make a payment.")
    rest = tuple(replace(label, p=min(label.p, 1 - SURE)) for label in judged.labels if label.category != categories[0])
    return replace(judged, labels=(Label(categories[0], SURE), *rest), reasons=(reason, *judged.reasons))
