"""What the doctor looks at in keys, and in what compares meanings."""

from collections.abc import Iterator

from sqlalchemy.engine import make_url

from app.cli.doctor.finding import Finding, judged, noted
from app.db import resealing
from app.db.database import driven
from app.db.unlocking import LOST, beside
from app.services import Services
from app.settings import Settings


def look(settings: Settings) -> Iterator[Finding]:
    """Where the key that seals secrets is, and how many open them."""
    in_file = (settings.data_dir / "secret.key").exists()
    where = "a file in the data directory" if in_file else "the environment"
    text = f"{len(settings.keys)}, from {where}"
    several = "remove older ones from DESKHAND_SECRET_KEY once everything is sealed anew"
    yield noted("keys", text, several, quiet=len(settings.keys) == 1)
    yield store(settings)


def store(settings: Settings) -> Finding:
    """Whether whatever copies the data as a whole copies the keys as well."""
    data, kept = (
        make_url(driven(url)) for url in (settings.database_url, settings.keys_url or beside(settings.database_url))
    )
    if kept.get_backend_name() == "sqlite":
        return Finding("key store", True, "a file of its own")
    together = (data.host, data.port or 5432) == (kept.host, kept.port or 5432)
    text = "on the PostgreSQL server of the data" if together else "on a server of its own"
    remedy = (
        "whatever copies that server as a whole (base backups, snapshots) holds data with their keys, so erasure does not reach it: "
        "move the keys (docs/data-protection.md), or keep no such copy for more than seven days"
    )
    return noted("key store", text, remedy, quiet=not together)


def whole(services: Services) -> Finding:
    """Whether the key store is the one that the data was sealed with."""
    with services.database.reading() as session:
        strange = resealing.strange(session)
    text = f"{strange} kinds of values name keys that it never had" if strange else "it has the keys of the data"
    return judged("sealed values", text, f"stop Deskhand and {LOST}", well=not strange)


def language(services: Services) -> Finding:
    """What compares meanings on this machine."""
    runs = services.tier
    remedy = "install Deskhand's own requirements, or set DESKHAND_MODEL_FILE and DESKHAND_MODEL_SHA256"
    text = f"{runs.name} tier: {runs.why}"
    return Finding("language", runs.encoder is not None, text, "" if runs.encoder else remedy)
