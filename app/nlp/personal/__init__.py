"""Personal data in text: found, masked reversibly, and kept out of what leaves. Nothing here stores or logs a value."""

from app.nlp.personal.find import find
from app.nlp.personal.mask import NEVER_OUT, Masked, dlp, mask, values
from app.nlp.personal.types import Found, Kind

__all__ = ["NEVER_OUT", "Found", "Kind", "Masked", "dlp", "find", "mask", "values"]
