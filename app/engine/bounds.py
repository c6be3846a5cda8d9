"""What an account's limits keep out of every answer, whoever wrote it: that something was changed or paid, and what only a proven person may read.

A sentence is judged by itself, in seven languages; what is in no script that we read is in doubt, and in doubt a person answers.
"""
# ruff: noqa: E501 - one pattern is read better as one line

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NO_CHANGES, NO_TRANSACTIONS = "no-account-changes", "no-transaction-execution"
NO_ADVICE, VERIFIED = "no-financial-advice", "verification-required-for-sensitive-data"
LIMITS = (NO_CHANGES, NO_TRANSACTIONS, NO_ADVICE, VERIFIED)
"""Every limit that is known."""
LANGUAGES = frozenset({"en", "de", "es", "fr", "it", "nl", "pt"})
"""What sentences are judged in."""
_READ = 20_000
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
_MARKUP = re.compile(r"[*_`~\\]+|\[([^\]]*)\]\([^)]*\)")
_MONEY = r"(?:[$€£¥]\s?\d|\d[\d.,' ]*\s?(?:[$€£¥]|(?:usd|eur|gbp|chf|euros?|dollars?|pounds?|reais|d[oó]lares)\b)|\b(?:usd|eur|gbp|chf)\s?\d)"


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


@dataclass(frozen=True)
class _Tongue:
    """How one language says that something was done: ``done`` by us or to something, ``changed`` and ``paid`` what, ``things`` and ``money`` to what."""

    done: re.Pattern[str]
    changed: re.Pattern[str]
    things: re.Pattern[str]
    paid: re.Pattern[str]
    money: re.Pattern[str]


# fmt: off
_TONGUES: Mapping[str, _Tongue] = MappingProxyType({
    "en": _Tongue(
        _pattern(r"\b(?:i|we)(?:'(?:ve|ll|m|re|d)| have| has| will| shall| am| are| can confirm| confirm)?\b", r"\b(?:(?:has|have|had|will have) been|(?:is|are)(?: now| already| being)|was|were|will be|got|been)\b", r"^\W*(?:done|confirmed)\b"),
        _pattern(r"\b(?:chang(?:ed|ing)|updat(?:ed|ing)|clos(?:ed|ing)|opened|opening|(?:un)?lock(?:ed|ing)|(?:un)?block(?:ed|ing)|(?:un)?fro(?:ze|zen)|freezing|reset(?:ting)?|delet(?:ed|ing)|remov(?:ed|ing)|added|adding|(?:re|de)?activat(?:ed|ing)|increas(?:ed|ing)|raised|raising|lowered|lowering|replaced|corrected|amended|set to)\b",
                 r"\b(?:i|we)(?:'ll| will| shall)(?: \w+){0,2}? (?:change|update|close|open|(?:un)?lock|(?:un)?block|freeze|reset|delete|remove|add|(?:de)?activate|increase|raise|lower|replace)\b"),
        _pattern(r"\b(?:accounts?|address|cards?|passwords?|passcode|pin|limits?|phone number|e-?mail|details|profile|beneficiar\w+|payees?|mandates?|standing orders?|overdraft)\b"),
        _pattern(r"\b(?:transferr(?:ed|ing)|refund(?:ed|ing)|paid|paying|sent|sending|wired|wiring|reversed|reversing|executed|executing|credited|debited|cancell?ed|cancell?ing|initiated|initiating|processed|processing|scheduled|charged|issued|made|moved|moving)\b",
                 r"\b(?:i|we)(?:'ll| will| shall)(?: \w+){0,2}? (?:transfer|refund|pay|send|wire|reverse|execute|credit|debit|cancel|initiate|process|schedule|charge|issue|make|move)\b"),
        _pattern(r"\b(?:payments?|transfers?|money|refunds?|amounts?|funds?|wires?|charges?|transactions?|direct debits?)\b", _MONEY)),
    "de": _Tongue(
        _pattern(r"\b(?:hab(?:e|en)|wurden?|worden|ist|sind|werden?|wird|war|hat)\b"),
        _pattern(r"\b(?:gesperrt|entsperrt|ge[äa]e?ndert|geschlossen|er[öo]e?ffnet|gel[öo]e?scht|zur[üu]e?ckgesetzt|aktualisiert|erh[öo]e?ht|gesenkt|freigeschaltet|aktiviert|deaktiviert|hinterlegt|eingefroren|entfernt|sperren|[äa]e?ndern|schlie(?:ß|ss)en|l[öo]e?schen|zur[üu]e?cksetzen)\b"),
        _pattern(r"\b(?:\w*konto|\w*konten|\w*karten?|adressen?|passw[oö]rt\w*|kennwort|pin|\w*limit|daten|profil|\w*nummer|dauerauftrag)\b"),
        _pattern(r"\b(?:[üu]e?berwiesen|gezahlt|bezahlt|ausgef[üu]e?hrt|erstattet|zur[üu]e?ckerstattet|storniert|veranlasst|gutgeschrieben|zur[üu]e?ckgebucht|angewiesen|gesendet|[üu]e?berweisen|erstatten|ausf[üu]e?hren)\b"),
        _pattern(r"\b(?:\w*[üu]e?berweisung\w*|\w*zahlung\w*|betrag|betr[äa]ge|geld|\w*erstattung\w*|buchung\w*|lastschrift\w*)\b", _MONEY)),
    "es": _Tongue(
        _pattern(r"\b(?:he|hemos|ha|han|fue|fueron|est[áa]n?|queda\w*|sido|voy a|vamos a|se)\b", r"\b\w+(?:é|amos|imos)\b"),
        _pattern(r"\b(?:(?:des)?bloque|cambi|actualiz|cerr|elimin|aument|modific|(?:des)?activ|congel)(?:ad[oa]s?|ar(?:é|emos)?|é|amos|ó|aron)\b", r"\b(?:abiert[oa]s?|abrí|restablecid[oa]s?|restablecí)\b"),
        _pattern(r"\b(?:cuentas?|tarjetas?|direcci[óo]n|contrase[ñn]a|clave|pin|l[íi]mites?|datos|perfil|tel[ée]fono)\b"),
        _pattern(r"\b(?:transfer|reembols|pag|envi|ejecut|cancel|abon|realiz|orden|tramit)(?:ad[oa]s?|id[oa]s?|ar(?:é|emos)?|ir(?:é|emos)?|é|í|amos|imos|ó|ió|aron)\b", r"\bdevuelt[oa]s?\b", r"\bpagu[ée]\b"),
        _pattern(r"\b(?:transferencias?|pagos?|dinero|reembolsos?|importes?|cargos?|fondos)\b", _MONEY)),
    "fr": _Tongue(
        _pattern(r"\b(?:j'ai|nous avons|avons|a|ont|est|sont|[ée]t[ée]|vais|allons|sera|seront)\b"),
        _pattern(r"\b(?:(?:d[ée])?bloqu|modifi|chang|ferm|cl[ôo]tur|supprim|r[ée]initialis|augment|(?:d[ée]s)?activ|gel|ajout)(?:[ée]e?s?|er(?:ons|ai)?)\b", r"\bouverte?s?\b", r"\bmise?s? [àa] jour\b"),
        _pattern(r"\b(?:comptes?|cartes?|adresse|mot de passe|code|plafonds?|limites?|coordonn[ée]es|profil|t[ée]l[ée]phone)\b"),
        _pattern(r"\b(?:vir|transf[ée]r|rembours|pay|envoy|ex[ée]cut|annul|cr[ée]dit|d[ée]bit|effectu|vers)(?:[ée]e?s?|er(?:ons|ai)?)\b"),
        _pattern(r"\b(?:virements?|paiements?|argent|remboursements?|montants?|fonds|pr[ée]l[èe]vements?|transactions?)\b", _MONEY)),
    "it": _Tongue(
        _pattern(r"\b(?:ho|abbiamo|[èe]|sono|stat[oaie]|ha|hanno|verr[àa]|sar[àa])\b"),
        _pattern(r"\b(?:(?:s)?bloccat|modificat|cambiat|eliminat|reimpostat|aggiornat|aumentat|(?:dis)?attivat|congelat)[oaie]\b", r"\b(?:chius|apert)[oaie]\b", r"\b(?:bloccherò|bloccheremo|cambierò|modificherò)\b"),
        _pattern(r"\b(?:cont[oi]|cart[ae]|indirizzo|password|pin|limit[ei]|dati|profilo|telefono|codice)\b"),
        _pattern(r"\b(?:trasferit|rimborsat|pagat|inviat|eseguit|annullat|accreditat|effettuat|stornat|dispost)[oaie]\b", r"\b(?:rimborserò|rimborseremo|trasferirò|pagherò)\b"),
        _pattern(r"\b(?:bonific[oi]|pagament[oi]|denaro|rimbors[oi]|import[oi]|soldi|addebit[oi]|fondi)\b", _MONEY)),
    "nl": _Tongue(
        _pattern(r"\b(?:heb|hebben|is|zijn|werd(?:en)?|wordt|worden|zal|zullen|heeft)\b"),
        _pattern(r"\b(?:geblokkeerd|gedeblokkeerd|gewijzigd|veranderd|gesloten|geopend|verwijderd|gereset|bijgewerkt|verhoogd|verlaagd|geactiveerd|gedeactiveerd|bevroren|aangepast|blokkeren|wijzigen|sluiten)\b"),
        _pattern(r"\b(?:\w*rekening(?:en)?|\w*kaart(?:en)?|\w*pas|adres|wachtwoord|pincode|pin|\w*limiet|gegevens|profiel|telefoonnummer)\b"),
        _pattern(r"\b(?:overgemaakt|terugbetaald|betaald|verzonden|uitgevoerd|geannuleerd|bijgeschreven|gestort|teruggestort|overmaken|terugbetalen)\b"),
        _pattern(r"\b(?:overboeking(?:en)?|\w*betaling(?:en)?|geld|bedrag(?:en)?|incasso)\b", _MONEY)),
    "pt": _Tongue(
        _pattern(r"\b(?:foi|foram|est[áa]|est[ãa]o|sido|ser[áa]|vou|vamos|tenho|temos)\b", r"\b\w+(?:ei|amos|imos|i)\b"),
        _pattern(r"\b(?:(?:des)?bloque|alter|mud|fech|encerr|atualiz|aument|(?:des)?ativ|congel|modific)(?:ei|amos|ad[oa]s?|ar(?:ei|emos)?|ou)\b", r"\b(?:abri|abert[oa]s?|exclu[íi]d?[oa]?s?|redefini(?:d[oa]s?)?)\b"),
        _pattern(r"\b(?:contas?|cart(?:[ãa]o|[õo]es)|endere[çc]o|morada|senha|palavra-passe|pin|limites?|dados|perfil|telefone)\b"),
        _pattern(r"\b(?:reembols|envi|execut|cancel|credit|debit|realiz|estorn|efetu)(?:ei|amos|ad[oa]s?|ar(?:ei|emos)?|ou)\b", r"\b(?:transferi(?:d[oa]s?|mos|u)?|paguei|pag[oa]s?|pagamos|pagou)\b"),
        _pattern(r"\b(?:transfer[êe]ncias?|pagamentos?|dinheiro|reembolsos?|valor(?:es)?|fundos|pix)\b", _MONEY)),
})
# fmt: on
_CONDITION = re.compile(
    r"^\W*(?:if|when|once|unless|until|after|wenn|falls|sobald|si|cuando|quand|lorsque|se|quando|als|wanneer|zodra|caso)\b",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"\b(?:i|we)\b|\bich\b|\bwir\b|\b(?:he|hemos)\b|\bj'ai\b|\bnous\b|\bho\b|\babbiamo\b|\bik\b|\bwij?\b|\beu\b|\b\w+(?:ei|é|amos)\b",
    re.IGNORECASE,
)
_THEIRS = (
    r"(?:your|ihr\w*|dein\w*|votre|vos|tu|su|tus|sus|(?:il )?(?:tuo|suo|vostro|tua|sua)|uw|je|jouw|seu|sua|teu|tua)"
)
_BALANCE = r"(?:balance|saldo|solde|kontostand|guthaben|available|disponible|disponibile|verf[üu]gbar\w*|beschikbaar|dispon[íi]vel|tegoed)"
_ACCOUNT = r"(?:account|card|konto|karte|compte|carte|cuenta|tarjeta|conto|carta|rekening|kaart|conta|cart[ãa]o|iban)"
_TOLD = _pattern(
    rf"\b{_THEIRS}\b[^.!?\n]{{0,60}}\b{_BALANCE}\b[^\n]{{0,60}}{_MONEY}",
    rf"\b{_BALANCE}\b[^.!?\n]{{0,20}}[:=][^\n]{{0,40}}{_MONEY}",
    rf"{_MONEY}[\d.,' ]*[^.!?\n]{{0,60}}\b{_THEIRS}\b[^.!?\n]{{0,40}}\b(?:{_BALANCE}|{_ACCOUNT})\b",
    rf"\b{_ACCOUNT}\b[^.!?\n]{{0,40}}(?:\*+|x{{2,}}|ending in|ends in|endet auf|endend|terminada? en|termina en|se terminant par|finissant par|che termina|eindigend op|terminad[oa] em)\s*\W*\d{{2,}}",
    rf"^\s*(?:[-•]\s*)?[^\n]{{1,60}} - {_MONEY}",
)
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")


def says_changed(text: str) -> bool:
    """Whether an answer says that something of the customer's was changed, or will be."""
    return any(_says(one, tongue.changed, tongue.things, tongue.done) for one, tongue in _every(text))


def says_paid(text: str) -> bool:
    """Whether an answer says that money was moved, or will be."""
    return any(_says(one, tongue.paid, tongue.money, tongue.done) for one, tongue in _every(text))


def tells(text: str) -> bool:
    """Whether an answer says what only the customer may know: a balance, an account by its digits, what was paid."""
    return any(_TOLD.search(line) for line in plain(text).split("\n"))


def unreadable(text: str, language: str) -> bool:
    """Whether it is in a language in which nothing can be judged."""
    return bool(language and language not in LANGUAGES) or _NOT_LATIN.search(_shown(text)) is not None


def _every(text: str) -> list[tuple[str, _Tongue]]:
    return [(one, tongue) for one in _SENTENCES.split(plain(text)) if one for tongue in _TONGUES.values()]


def _says(sentence: str, what: re.Pattern[str], of: re.Pattern[str], done: re.Pattern[str]) -> bool:
    """A condition says what happens to whom it happens, unless we speak of ourselves in it."""
    if not (what.search(sentence) and of.search(sentence) and done.search(sentence)):
        return False
    return _CONDITION.match(sentence) is None or _OURS.search(sentence) is not None


def _shown(text: str) -> str:
    """The words as they are read: no marks that nobody sees, one kind of letters for those that look alike in width."""
    folded = unicodedata.normalize("NFKC", text[:_READ])
    return "".join(c for c in folded if unicodedata.category(c) != "Cf").replace("\u2019", "'")


def plain(text: str) -> str:
    """The words as they are read, without markup, in single spaces; lines stay lines."""
    words = _MARKUP.sub(lambda found: found[1] or "", _shown(text))
    return re.sub(r"[^\S\n]+", " ", words)
