"""What opens doors: passwords, one-time codes, PINs, access keys."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import math
import re
from collections import Counter
from collections.abc import Iterator

from app.nlp.personal.types import Kind

_KEYS = re.compile(
    r"(?<![\w-])(?:(?:sk|pk|rk)_(?:live|test)_[0-9A-Za-z]{16,99}|sk-(?:proj-|ant-)?[\w-]{20,200}|gh[pousr]_[0-9A-Za-z]{30,255}|github_pat_\w{22,255}|"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35}|xox[abprs]-[\w-]{10,250}|glpat-[\w-]{20,64}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|"
    r"SG\.[\w-]{16,32}\.[\w-]{16,64}|eyJ[\w-]{8,2000}\.eyJ[\w-]{4,4000}\.[\w-]{8,1000})"
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s]{0,8000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
_ASSIGNED = re.compile(
    r"\b(?:api[ _-]?key|access[ _-]?token|auth[ _-]?token|secret[ _-]?key|client[ _-]?secret|bearer)\b(?:\s{0,2}(?:is|:|=))?\s{0,2}[\"']?([\w+/=.~-]{12,512})",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    r"\b(?:password|passwort|kennwort|passwd|pwd|pass ?phrase|mot de passe|mdp|contrase[ñn]a|clave|senha|palavra-passe|wachtwoord|parola d'ordine)"
    r"(?: for [\w .@-]{1,30}?| to [\w .-]{1,30}?)?\s{0,2}(is now|was|is|are|lautet|ist|est|es|é|è|:=|:|=|->)\s{0,2}:?\s{0,2}([\"'“„«`]?)(\S{4,64})",
    re.IGNORECASE,
)
_ONE_TIME = re.compile(r"(?:one|single|first|einmal)[- ]?(?:time|use)?[- ]?$", re.IGNORECASE)
_NO_SECRET = frozenset(
    [
        "not",
        "wrong",
        "incorrect",
        "invalid",
        "expired",
        "required",
        "correct",
        "right",
        "weak",
        "strong",
        "being",
        "been",
        "never",
        "reset",
        "changed",
        "lost",
        "forgotten",
        "working",
        "still",
        "different",
        "same",
        "unknown",
        "this",
        "that",
        "the",
        "what",
        "where",
        "when",
        "link",
        "email",
        "page",
        "field",
        "form",
        "button",
        "please",
        "sent",
        "also",
        "your",
        "mine",
        "very",
        "always",
        "accepted",
        "rejected",
        "nicht",
        "falsch",
        "abgelaufen",
        "ungültig",
        "richtig",
        "incorrecta",
        "correcta",
        "incorrecto",
        "inválida",
        "caducada",
        "faux",
        "invalide",
        "expiré",
        "incorrect",
        "refusé",
        "broken",
        "locked",
        "blocked",
        "missing",
        "needed",
        "empty",
        "saved",
        "stored",
        "hidden",
        "shown",
        "exposed",
        "compromised",
        "stolen",
        "leaked",
        "hacked",
        "visible",
        "encrypted",
        "asking",
        "giving",
        "coming",
        "showing",
        "saying",
        "supposed",
        "going",
        "getting",
        "failing",
        "really",
        "only",
        "just",
        "already",
        "somehow",
        "rejected",
        "disabled",
        "enabled",
        "protected",
        "updated",
        "good",
        "okay",
        "fine",
        "safe",
        "secure",
        "case-sensitive",
        "unchanged",
        "verkeerd",
        "onjuist",
        "errata",
        "sbagliata",
        "errada",
    ]
)
_SMALL_WORDS = frozenset(
    [
        "case",
        "too",
        "set",
        "my",
        "no",
        "so",
        "in",
        "on",
        "at",
        "an",
        "it",
        "to",
        "of",
        "as",
        "by",
        "if",
        "be",
        "do",
        "we",
        "he",
        "me",
        "up",
        "or",
        "us",
        "am",
        "and",
        "but",
        "for",
    ]
)

_DIGITS = r"(?<![\w.,#$€£%/+-])(?:G-)?(\d{3}[ -]\d{3}|\d{4,8}|\d{2} \d{2} \d{2}|\d{4} \d{4}|(?:\d ){3,7}\d)(?!\w|[%€£$]|[.,:/-]\d)"
_STRONG = re.compile(
    r"(?:\b(?:otp|totp|2fa|two[- ]factor|mfa|one[- ]time|tan|passcode|pass ?code|pin|mtan|verification|verify|authenticat\w+|auth|security|log[- ]?in|"
    r"sign[- ]?in|access|activation|confirmation|sms|text|unlock|recovery|backup|authenticator|magic|einmal\w*|best[äa]tigungs\w*|verifizierungs\w*|sicherheits\w*)"
    r"[ -]?(?:pass)?(?:code|password|pin|number|passwort)?s?\b|\bcode (?:de (?:v[ée]rification|confirmation|s[ée]curit[ée]|validation)|unique)|"
    r"\bc[oó]digo(?: (?:de )?(?:verificaci[oó]n|confirmaci[oó]n|seguridad|acceso|verifica[cç][aã]o|[úu]nico))|\bcodice (?:di )?(?:verifica|conferma|sicurezza|otp)|"
    r"\b(?:verificatie|bevestigings|beveiligings)code|\b(?:bestätigungs|sicherheits|verifizierungs|einmal|freischalt)code|"
    r"\b(?:your|my|the|this|received|six[- ]digit|6[- ]digit|four[- ]digit|4[- ]digit|digit|got|sent|entered|enter|typed|use|it says|texted)(?: \w+){0,2} code)",
    re.IGNORECASE,
)
_CODE_WORD = re.compile(
    r"one[- ]time|einmal|code|codigo|código|codice|otp|pin|tan\b|passcode|2fa|mfa|totp|token", re.IGNORECASE
)
_VALUE = re.compile(_DIGITS)
_OTHER_CODE = re.compile(
    r"\b(?:promo\w*|coupon|discount|voucher|gift|zip|postal|post|area|country|error|qr|bar|dress|source|sort|product|item|order|tracking|"
    r"referral|dial\w*|status|exit|http|swift|bank|branch|color|colour|room|invite|sku|booking|reservation|style|model|part|morse|building|tax|fault|"
    r"response|reason|return|rma|claim|reference|ref|event|payment of|points|gate|door|currency|airport|language|class|course|batch|serial)[ -]?(?:code|number|no\.?)?\b[^.!?\n]{0,12}$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"^ ?(?:days?|hours?|hrs?|times?|minutes?|mins?|seconds?|secs?|weeks?|months?|years?|points?|usd|eur|gbp|dollars?|euros?|items?|people|steps?|characters?|digits?|%|am\b|pm\b|users?)",
    re.IGNORECASE,
)
_REVERSED = re.compile(
    _DIGITS
    + r"(?= (?:is|was|ist|est|es|é) (?:my|your|the|ihr|dein|mein|votre|tu|su|o seu|il tuo)\b[^.!?\n]{0,40}\b(?:code|otp|pin|passcode|código|tan|codice)\b)",
    re.IGNORECASE,
)
_BARE_CODE = re.compile(
    r"\bcode(?: (?:is|was|says?|reads|i got(?: is| was)?|i received(?: is| was)?))?[ :=-]{1,3}(?:\"|')?(\d{6}|\d{3}[ -]\d{3})(?!\w|[.,:/-]\d)",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"\b(?:text(?:ed)?|sms|sent|got|received|message|enter(?:ed|ing)?|typed|typing|use|used|tried|put in)\b[^.!?\n\d]{0,30}?\b(\d{6}|\d{3}[ -]\d{3})(?!\w|[.,:/-]\d)"
    r"(?=[^.!?\n]{0,60}\b(?:log ?in|sign ?in|verify|verification|authenticat|code|sms|text(?:ed)?|2fa|otp)\b)",
    re.IGNORECASE,
)
REACH = 45


def keys(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Access keys by the forms that their issuers give them, private keys, and values assigned to ``api_key`` and the like."""
    for pattern in (_KEYS, _PRIVATE_KEY):
        for match in pattern.finditer(text):
            yield Kind.KEY, match.start(), match.end()
    for match in _ASSIGNED.finditer(text):
        if _is_random(match[1]):
            yield Kind.KEY, match.start(1), match.end(1)


def passwords(text: str) -> Iterator[tuple[Kind, int, int]]:
    """What stands after ``password is``, unless it is an ordinary word of a complaint (``is wrong``)."""
    for match in _PASSWORD.finditer(text):
        quoted, value = bool(match[2]), match[3].rstrip(".,;!?)\"'”“»`")
        is_one_time = value.isdigit() and _ONE_TIME.search(text[max(0, match.start() - 12) : match.start()])
        if (
            len(value) >= 4
            and not is_one_time
            and (quoted or _is_secret(value, match[1], text[match.start(3) + len(value) :]))
        ):
            yield Kind.PASSWORD, match.start(3), match.start(3) + len(value)


def one_time_codes(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Four to eight digits that a text calls a code, PIN or the like; never those of a coupon, a postal address or an error."""
    for match in _BARE_CODE.finditer(text):
        if not _OTHER_CODE.search(text[max(0, match.start() - 20) : match.start() + 4]):
            yield Kind.OTP, match.start(1), match.end(1)
    for pattern in (_REVERSED, _SENT):
        for match in pattern.finditer(text):
            yield Kind.OTP, match.start(1), match.end(1)
    for cue in _STRONG.finditer(text):
        yield from _after(text, cue)


def _after(text: str, cue: re.Match[str]) -> Iterator[tuple[Kind, int, int]]:
    window = text[cue.end() : cue.end() + REACH]
    value = _VALUE.search(window)
    if value is None or re.search(r"[.!?]\s+\w|\n\n", window[: value.start()]) or _UNIT.match(window[value.end() :]):
        return
    between = cue[0] + window[: value.start(1)]
    names_code = _CODE_WORD.search(between)
    if names_code and not _OTHER_CODE.search(text[max(0, cue.start() - 12) : cue.end()] + window[: value.start(1)]):
        yield Kind.OTP, cue.end() + value.start(1), cue.end() + value.end(1)


def _is_secret(value: str, link: str, rest: str) -> bool:
    word = value.lower()
    if word in _NO_SECRET or word in _SMALL_WORDS or word.startswith(("http", "<", "[", "*", "•", "...")):
        return False
    if (
        any(map(str.isdigit, value))
        or any(not c.isalnum() and c not in "'-\u2019" for c in value)
        or not (value.islower() or value.istitle())
    ):
        return True
    # A plain word is believed after a colon, or when the sentence ends with it.
    return link in (":", "=", ":=", "->") or not re.match(r"[\"'”)]? ?[\w]", rest)


def _is_random(value: str) -> bool:
    """Whether it has digits and letters, and no letter repeats as in words."""
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and entropy > 3.0
