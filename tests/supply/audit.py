"""Known holes in what we use, by pip-audit. Where its source of such knowledge cannot be reached, that is said, and is no pass."""

import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 240


@dataclass(frozen=True)
class Audited:
    """How many packages were looked up, and what is known of them; ``why`` it was not done, if it was not."""

    looked_up: int
    holes: tuple[str, ...] = ()
    why: str = ""


def audited(lock: Path, folder: Path) -> Audited:
    """Ask for every package of a lock. The tool lives in a folder of its own: nothing of it is installed with us."""
    python = folder / "audit" / "bin" / "python"
    try:
        if not python.exists():
            venv.create(folder / "audit", with_pip=True)
            _run(python, "-m", "pip", "install", "--quiet", "pip-audit")
        options = ("--requirement", str(lock), "--disable-pip", "--require-hashes", "--format", "json")
        told = _run(
            python, "-m", "pip_audit", *options, "--progress-spinner", "off", "--timeout", "15", "--desc", "off"
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Audited(0, why=f"pip-audit cannot be installed or run here ({type(error).__name__})")
    return read(told)


def read(told: str) -> Audited:
    """What pip-audit said. That it found nothing about a package that it could not look up is no news at all."""
    try:
        listed: list[dict[str, Any]] = json.loads(told)["dependencies"]
    except (ValueError, KeyError):
        return Audited(0, why="pip-audit answered nothing that can be read")
    known = [one for one in listed if "skip_reason" not in one]
    holes = tuple(f"{one['name']} {one['version']}: {hole['id']}" for one in known for hole in one["vulns"])
    if not known:
        return Audited(0, why="the database of known holes cannot be reached from here")
    skipped = len(listed) - len(known)
    return Audited(len(known), holes, f"{skipped} packages could not be looked up" if skipped else "")


def _run(*command: object) -> str:
    words = [str(one) for one in command]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
    if ended.returncode not in (0, 1):
        raise subprocess.CalledProcessError(ended.returncode, words[0])
    return ended.stdout


if __name__ == "__main__":
    sys.exit("run `make supply`")
