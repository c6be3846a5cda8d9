"""The lock files as they are: what is in them, with every hash."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNTIME, TOOLS = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"


@dataclass(frozen=True)
class Locked:
    """One package at the one version that is installed; ``marker`` says where."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def packages(lock: Path) -> list[Locked]:
    """Everything in a lock file, in its order. Raises ValueError for a line that is not pinned with hashes."""
    found = []
    for entry in re.split(r"\n(?=\S)", lock.read_text("utf-8").strip()):
        head = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(?:;\s*([^\\\n]+?))?\s*\\?\n", f"{entry}\n")
        hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
        if head is None or not hashes:
            raise ValueError(f"{lock.name}: {entry.splitlines()[0]} is not pinned with a hash")
        found.append(Locked(plain(head[1]), head[2], head[3] or "", hashes))
    return found


def plain(name: str) -> str:
    """A package's name as indexes know it."""
    return re.sub(r"[-_.]+", "-", name).lower()
