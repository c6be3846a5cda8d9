"""Under which licence each package is, from its own metadata, and whether we may use it: by rule, or by a decision of ours."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from tests.supply.locked import Locked

FREE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0", "MPL-2.0",
    "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
"""Licences that ask no more than to be named, or only for their own files to stay open."""
SPOKEN = {
    "apache 2.0": "Apache-2.0", "apache software license": "Apache-2.0", "apache license 2.0": "Apache-2.0",
    "bsd license": "BSD-3-Clause", "bsd 2-clause license": "BSD-2-Clause", "3-clause bsd license": "BSD-3-Clause",
    "mit license": "MIT", "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "python software foundation license": "PSF-2.0",
    "isc license (iscl)": "ISC", "gplv3": "GPL-3.0", "lgpl": "LGPL-2.1-or-later",
}  # fmt: skip
"""As packages write it -> as everybody else does."""
DECIDED = {
    "zenpy": "GPL-3.0: used as it is, behind our own contract and in one folder; ARCHITECTURE, decision 8",
    "python-stdnum": "LGPL: used as it is and unmodified, replaceable; ARCHITECTURE, decision 13",
    "psycopg": "LGPL-3.0: used as it is and unmodified, replaceable; the driver of PostgreSQL",
    "psycopg-binary": "LGPL-3.0: the same driver, built",
    "python-intercom": "states no licence in its package: the vendor's own client, published for use; ask them before redistributing",
    "certifi": "MPL-2.0: data, used as it is",
}
"""What is not free by rule, or is worth a word, and why we use it all the same."""


def licence(package: Locked) -> str:
    """Its licence as an SPDX expression; ``unknown`` where nobody says."""
    try:
        found = distribution(package.name)
    except PackageNotFoundError:
        return "not installed here"
    return _told(found)


def allowed(package: Locked) -> bool:
    """Whether every licence that it comes under is free by rule, or we decided to use it."""
    told = licence(package)
    if package.name in DECIDED or (told == "not installed here" and package.marker):
        return True
    choices = [choice for part in re.split(r"\s+AND\s+", told.strip("()")) for choice in [re.split(r"\s+OR\s+", part)]]
    return all(any(one.strip("() ").partition(" WITH ")[0] in FREE for one in choice) for choice in choices)


def _told(found: Distribution) -> str:
    metadata = found.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [
        one.rpartition(" :: ")[2] for one in metadata.get_all("Classifier") or [] if one.startswith("License ::")
    ]
    written = (metadata.get("License") or "").strip().split("\n")[0]
    if written in FREE:
        return written
    names = [SPOKEN[one.lower()] for one in (*classifiers, written) if one.lower() in SPOKEN]
    return " OR ".join(dict.fromkeys(names)) if names else (written[:60] or "unknown")
