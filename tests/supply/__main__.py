"""``make supply``: checks locks and licences, looks for known holes, and writes the reports to ``build/``. Exit 1 for what must not be."""

import sys
import tomllib

from tests.supply.audit import audited
from tests.supply.bill import bill
from tests.supply.licences import DECIDED, allowed, licence
from tests.supply.locked import ROOT, RUNTIME, TOOLS, packages


def main() -> int:
    """Everything, in a minute; without a network all but the look for known holes."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    runtime, tools = packages(RUNTIME), packages(TOOLS)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    (build / "sbom.cdx.json").write_text(bill(runtime, version), "utf-8")
    lines = [f"{one.name}\t{one.version}\t{licence(one)}\t{DECIDED.get(one.name, '')}".rstrip() for one in runtime]
    (build / "licences.tsv").write_text("\n".join(["package\tversion\tlicence\tdecision", *lines]) + "\n", "utf-8")
    print(f"supply: {len(runtime)} packages with hashes; build/sbom.cdx.json and build/licences.tsv are written")
    wrong = [
        f"{one.name} is under {licence(one)}: replace it, or decide in tests/supply/licences.py"
        for one in runtime
        if not allowed(one)
    ]
    found = audited(RUNTIME, build)
    said = (
        f"{len(found.holes)} known holes in {found.looked_up} packages" if found.looked_up else f"NOT RUN: {found.why}"
    )
    print(f"supply: audit of known holes: {said}{f' ({found.why})' if found.looked_up and found.why else ''}")
    assert {one.name for one in runtime} <= {one.name for one in tools}
    for line in (*wrong, *found.holes):
        print(f"supply: WRONG: {line}", file=sys.stderr)
    return 1 if wrong or found.holes else 0


if __name__ == "__main__":
    sys.exit(main())
