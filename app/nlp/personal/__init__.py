"""Personal data in text: found, masked reversibly, and kept out of what leaves. Nothing here stores or logs a value."""

from app.nlp.personal.find import find
from app.nlp.personal.mask import Masked, dlp, mask
from app.nlp.personal.types import Found, Kind

__all__ = ["Found", "Kind", "Masked", "dlp", "find", "mask"]
