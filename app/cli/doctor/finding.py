"""What the doctor says about one thing."""

from collections.abc import Callable
from dataclasses import dataclass

from app.errors import DeskhandError


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``remedy`` is empty when all is well; ``note``: it breaks nothing now, and somebody should know."""

    what: str
    well: bool
    text: str
    remedy: str = ""
    note: bool = False

    @property
    def mark(self) -> str:
        """The word beside it in the table."""
        return ("read" if self.note else "well") if self.well else "WRONG"


def judged(what: str, text: str, remedy: str, *, well: bool) -> Finding:
    """A finding whose remedy is only told where it is needed."""
    return Finding(what, well, text, "" if well else remedy)


def noted(what: str, text: str, remedy: str, *, quiet: bool) -> Finding:
    """Something that breaks nothing: shown as well when it is ``quiet``, else to be read."""
    return Finding(what, True, text, "" if quiet else remedy, note=not quiet)


def tried(what: str, look: Callable[[], Finding]) -> Finding:
    """What the look says; an error of ours is a finding as well."""
    try:
        return look()
    except DeskhandError as error:
        return Finding(what, False, error.problem, error.remedy)
