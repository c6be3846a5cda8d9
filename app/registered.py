"""Our own apps as whoever runs this Deskhand registered them at the vendors: read from one file, once. Nothing is asked here."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from app.errors import SettingsError
from connectors.installing import App

VARIABLE = "DESKHAND_APPS"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def apps(file: Path | None) -> Mapping[str, App]:
    """Vendor -> our app there; nothing without a file. Raises SettingsError, which never quotes a value."""
    if file is None:
        return {}
    try:
        text = file.read_text("utf-8")
        told = json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(VARIABLE, "name a readable YAML file: vendor, then client_id and client_secret") from error
    if not isinstance(told, dict):
        raise SettingsError(VARIABLE, "give one mapping from vendors to what is registered there")
    return {str(vendor): App(_values(str(vendor), given)) for vendor, given in told.items()}


def _values(vendor: str, given: object) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(one, str | int) for one in given.values()):
        raise SettingsError(VARIABLE, f"{vendor}: give a mapping of names to texts")
    values = {str(name): str(one) for name, one in given.items()}
    parts = urlsplit(values.get("base_url", ""))
    if parts.scheme not in ("", "https") and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError(VARIABLE, f"{vendor}: base_url has to be https, or http on this machine")
    return values
