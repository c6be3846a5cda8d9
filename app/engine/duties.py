"""What a regulated account may not say, and what it always says. Enforced by code: no model and no article is trusted with it."""
# ruff: noqa: E501 - one pattern is read better as one line

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from app.engine.bounds import plain
from app.engine.types import Draft

_THINGS = (
    r"(?:invest\w*|stocks?|shares?|funds?|etfs?|crypto\w*|bitcoins?|bonds?|pensions?|portfolio|mortgages?|securities|"
    r"aktien?|fonds|anleihen?|wertpapiere?|anlage\w*|altersvorsorge|acciones|invertir|inversi[oó]n\w*|actions|placements?|azioni|investi\w*|aandelen|beleg\w*|a[cç][oõ]es)"
)
_ASKED = re.compile(
    rf"\b(?:should|shall|ought) (?:i|we)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|buy|sell|borrow)\b|\b(?:recommend|advise|advice|suggest|which|what|best|good idea|worth)\b[^.?!\n]{{0,60}}\b{_THINGS}\b|"
    rf"\b(?:soll(?:te)? ich|empfehl\w*|welche\w*|lohnt)\b[^.?!\n]{{0,60}}\b{_THINGS}\b|\b(?:debo|deber[ií]a|recomiend\w*|qu[eé]|cu[aá]l\w*)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|comprar|vender)\b|"
    rf"\b(?:dois-je|devrais-je|conseill\w*|quels?|quelles?)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|acheter|vendre)\b|\b(?:dovrei|consigli\w*|devo)\b[^.?!\n]{{0,60}}\b{_THINGS}\b|"
    rf"\b(?:moet ik|zal ik|adviseer\w*)\b[^.?!\n]{{0,60}}\b{_THINGS}\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    rf"\b(?:you should|you had better|we (?:strongly )?(?:recommend|advise|suggest)|our advice)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|buy|sell|borrow)\b|\bguaranteed (?:returns?|profits?|gains?)\b|"
    rf"\b(?:wir empfehlen|ich empfehle|sie sollten|du solltest|wir raten|ich rate)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|kaufen|verkaufen)\b|\bgarantierte\w* (?:rendite|gewinne?)\b|"
    rf"\b(?:le recomend(?:o|amos)|te recomend(?:o|amos)|recomend(?:o|amos)|deber[ií]as?|le aconsej(?:o|amos)|te aconsej(?:o|amos))\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|comprar|vender)\b|\b(?:rentabilidad|ganancias?) garantizad[ao]s?\b|"
    rf"\b(?:nous vous (?:recommandons|conseillons)|je vous (?:recommande|conseille)|vous devriez|tu devrais)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|acheter|vendre)\b|\b(?:rendements?|gains?) garantis?\b|"
    rf"\b(?:(?:le|ti|vi) consigli(?:o|amo)|consigliamo|dovrebbe|dovresti)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|comprare|vendere)\b|\b(?:rendiment[oi]|guadagn[oi]) garantit[oi]\b|"
    rf"\b(?:wij? raden|ik raad|u (?:zou|moet)|je (?:zou|moet)|wij? adviseren|ik adviseer)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|kopen|verkopen)\b|\bgegarandeerd\w* (?:rendement|winst)\b|"
    rf"\b(?:recomend(?:o|amos)|aconselh(?:o|amos)|deve(?:ria)?s?)\b[^.?!\n]{{0,60}}\b(?:{_THINGS}|comprar|vender)\b|\b(?:rendimentos?|lucros?) garantidos?\b|"
    rf"\b(?:buy|sell|kaufen sie|verkaufen sie|compre|venda|ach[eè]tez|vendez|compri|koop|verkoop)\b[^.?!\n]{{0,30}}\b{_THINGS}\b",
    re.IGNORECASE,
)
_READ = 8_000
DISCLAIMERS: Mapping[str, str] = MappingProxyType(
    {
        "en": "This is general information and no financial advice.",
        "de": "Dies ist eine allgemeine Information und keine Finanzberatung.",
        "es": "Esta es información general y no asesoramiento financiero.",
        "fr": "Ceci est une information générale et non un conseil financier.",
        "it": "Questa è un'informazione generale e non una consulenza finanziaria.",
        "nl": "Dit is algemene informatie en geen financieel advies.",
        "pt": "Esta é uma informação geral e não um aconselhamento financeiro.",
    }
)


def asks_advice(text: str) -> bool:
    """Whether somebody wants to be told what to do with their money: in doubt yes, for then a person answers."""
    return _ASKED.search(plain(text[:_READ])) is not None


def gives_advice(text: str) -> bool:
    """Whether an answer tells somebody what to do with their money."""
    return _GIVEN.search(plain(text[:_READ])) is not None


def disclaimed(draft: Draft, language: str) -> Draft:
    """The draft with the disclaimer at its end, in the customer's language; nothing stays nothing, and it stands there once."""
    words = DISCLAIMERS.get(language, DISCLAIMERS["en"])
    if not draft.text.strip() or words in draft.text:
        return draft
    return replace(draft, text=f"{draft.text.rstrip()}\n\n{words}")
