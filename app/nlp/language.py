"""Which language a text is written in. Blank rather than guessed: short and mixed texts have none."""

import re
from functools import lru_cache
from typing import Any

from app.nlp.encoder import give_back

COMMON = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "pt",
    "pl",
    "sv",
    "da",
    "no",
    "fi",
    "cs",
    "tr",
    "ro",
    "hu",
    "el",
    "ru",
    "uk",
    "bg",
    "ar",
    "he",
    "fa",
    "hi",
    "ja",
    "ko",
    "zh",
    "th",
    "vi",
    "id",
]
"""The languages that are told apart; rarer ones are hardly ever right on short texts."""
LEAST = 0.80
READ = 600
_NOISE = re.compile(r"https?://\S{1,500}|[\w.+-]{1,64}@[\w.-]{1,200}|[\d_#@]+")
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
)
"""Scripts that one language has to itself."""
_OWN_SCRIPT = 0.3


def language(text: str, default: str = "") -> str:
    """ISO 639-1, or ``default`` (the customer's last known language, say) when unsure."""
    plain = " ".join(_NOISE.sub(" ", text[:READ]).split())
    letters = sum(map(str.isalpha, plain))
    if not letters:
        return default
    for code, script in _SCRIPTS:
        if len(script.findall(plain)) >= _OWN_SCRIPT * letters:
            return code
    is_long_enough = len(plain.split()) >= 3 or (not plain.isascii() and letters >= 6)
    if not is_long_enough:
        return default
    found, p = _identifier().classify(plain.lower() if plain.isupper() else plain)
    return str(found) if p >= LEAST else default


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """py3langid's model (BSD-3, in its wheel), restricted to ``COMMON``; loaded once a process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - importing it is slow

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(COMMON)
    # Made anew from what it uses: it would keep the other languages too (22 MB).
    kept = (identifier.nb_ptc, identifier.nb_pc, identifier.nb_classes, identifier.tk_nextmove, identifier.tk_output)
    found = LanguageIdentifier(*kept, norm_probs=True, tk_row=identifier.tk_row)
    del identifier
    give_back()
    return found
