"""A bill of materials (CycloneDX 1.6) of what is installed with us: the same for the same lock, byte for byte."""

import json
import uuid
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement

from tests.supply.licences import licence
from tests.supply.locked import RUNTIME, Locked, plain


def bill(packages: Sequence[Locked], version: str) -> str:
    """The document."""
    names = {one.name for one in packages}
    digest = sha256(RUNTIME.read_bytes()).hexdigest()
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "deskhand", "name": "deskhand", "version": version}
        },
        "components": [_component(one) for one in packages],
        "dependencies": [
            {"ref": "deskhand", "dependsOn": sorted(_ref(one) for one in packages)},
            *({"ref": _ref(one), "dependsOn": _needs(one, names, packages)} for one in packages),
        ],
    }
    return json.dumps(told, indent=1) + "\n"


def _component(one: Locked) -> dict[str, Any]:
    said = licence(one)
    named = {"expression": said} if " OR " in said or " AND " in said else {"license": {"name": said}}
    files = [{"alg": "SHA-256", "content": value} for value in one.hashes]
    return {
        "type": "library",
        "bom-ref": _ref(one),
        "name": one.name,
        "version": one.version,
        "purl": _ref(one),
        "licenses": [named],
        "externalReferences": [{"type": "distribution", "url": _ref(one), "hashes": files}],
    }


def _needs(one: Locked, names: set[str], packages: Sequence[Locked]) -> list[str]:
    try:
        wanted = [Requirement(line) for line in requires(one.name) or []]
    except PackageNotFoundError:
        return []
    environment = {**default_environment(), "extra": ""}
    needed = {plain(line.name) for line in wanted if not line.marker or line.marker.evaluate(environment)} & names
    return sorted(_ref(other) for other in packages if other.name in needed)


def _ref(one: Locked) -> str:
    return f"pkg:pypi/{one.name}@{one.version}"
