"""What the doctor looks at in keys, and in what compares meanings."""

from collections.abc import Iterator

from app.cli.doctor.finding import Finding, noted
from app.services import Services
from app.settings import Settings


def look(settings: Settings) -> Iterator[Finding]:
    """Where the key that seals secrets is, and how many open them."""
    in_file = (settings.data_dir / "secret.key").exists()
    where = "a file in the data directory" if in_file else "the environment"
    text = f"{len(settings.keys)}, from {where}"
    several = "remove older ones from DESKHAND_SECRET_KEY once everything is sealed anew"
    yield noted("keys", text, several, quiet=len(settings.keys) == 1)


def language(services: Services) -> Finding:
    """What compares meanings on this machine."""
    runs = services.tier
    remedy = "install Deskhand's own requirements, or set DESKHAND_MODEL_FILE and DESKHAND_MODEL_SHA256"
    text = f"{runs.name} tier: {runs.why}"
    return Finding("language", runs.encoder is not None, text, "" if runs.encoder else remedy)
