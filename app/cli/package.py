"""``deskhand package``: what is uploaded to a vendor's marketplace, made from the folder under ``manifests``."""

from pathlib import Path
from sysconfig import get_path
from typing import Any

import click

import app
from app.errors import BadInput
from app.settings import Settings
from connectors.errors import BadPayload
from connectors.registry import HELPDESKS

MANIFESTS = (Path(app.__file__).parents[1] / "manifests", Path(get_path("data")) / "share" / "deskhand" / "manifests")
"""Where they are in a checkout, and where an installed Deskhand has them."""


@click.command()
@click.argument("vendor", type=click.Choice(sorted(HELPDESKS)))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--url", default="", help="Our address from outside; without it, DESKHAND_PUBLIC_URL's.")
@click.option("--private", is_flag=True, help="For one account's own use, not for the marketplace.")
def package(vendor: str, out: Path, url: str, private: bool) -> None:
    """Write the package of our app at VENDOR, checked by that vendor's published rules."""
    kind: Any = HELPDESKS[vendor]
    if not hasattr(kind, "packed"):
        raise BadInput(vendor, f"no package is uploaded there: see manifests/{vendor}")
    folder = next((one for place in MANIFESTS if (one := place / vendor).is_dir()), None)
    if folder is None:
        places = " and ".join(str(place) for place in MANIFESTS)
        raise BadInput(
            "manifests", f"are at none of {places}: install Deskhand's wheel anew, or run this in its source"
        )
    try:
        content = kind.packed(folder, url or Settings.load().public_url, private=private)
    except BadPayload as error:
        raise BadInput(error.path, error.remedy) from error
    out.write_bytes(content)
    click.echo(f"{out}: {len(content) // 1024 + 1} kB, ready to be uploaded")
