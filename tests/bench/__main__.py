"""Every measurement there is, one after the other (``make bench``), or those that are named: ``python -m tests.bench receiver``.

A measurement is a module of this folder that can be run by itself. One that fails stops nothing, but is told at the end.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
FIRST = ("receiver", "pipeline")
"""What wants a machine that nothing else has warmed up."""
DATA = FOLDER.parents[1].parent / "shared" / "data"
NEEDS = {"nlp": DATA, "retail": DATA / "retail"}
"""What a measurement reads that is no part of the project: without it, it is left out."""


def every() -> list[str]:
    """The names of all of them, in the order in which they run."""
    files = (file for file in FOLDER.glob("*.py") if not file.name.startswith("__"))
    found = sorted(file.stem for file in files if '__name__ == "__main__"' in file.read_text(encoding="utf-8"))
    return sorted(found, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def main(names: Sequence[str]) -> int:
    """Run them; 1 when one of them failed."""
    failed = []
    for name in names or every():
        if name in NEEDS and not NEEDS[name].exists():
            print(f"\n# {name}: left out, its data is not here", flush=True)
            continue
        print(f"\n# {name} ({load()})", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode:
            failed.append(name)
    print(f"\n# {load()}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return int(bool(failed))


def load() -> str:
    """How busy the machine is: single times mean little on a busy one, ratios from one run do."""
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
