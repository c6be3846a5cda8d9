"""Settings that are files: read where a path is given, fetched where an https address is. Their text is kept, never the place."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import requests

from app.errors import BadInput
from connectors.base import Setting
from connectors.guard import Guarded, reach
from connectors.operations import FileSetting

LARGEST = 2_000_000
"""Bytes of one file."""
SECONDS = (5.0, 20.0)


def contents(settings: tuple[Setting, ...], values: Mapping[str, str]) -> dict[str, str]:
    """The values with the text of each file in place of its name. Raises BadInput, which names the option."""
    files = {one.name for one in settings if isinstance(one, FileSetting)}
    return {name: _text(name, value) if name in files and value else value for name, value in values.items()}


def _text(name: str, place: str) -> str:
    content = _fetched(name, place) if "://" in place else _read(name, place)
    if len(content) > LARGEST:
        raise BadInput(f"--{name}", f"give a file of at most {LARGEST // 1_000_000} MB")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"--{name}", "give a text file in UTF-8") from error


def _read(name: str, place: str) -> bytes:
    try:
        with Path(place).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(f"--{name}", "give a file that is there, or its https address") from error


def _fetched(name: str, url: str) -> bytes:
    parts, how_far = urlsplit(url), reach(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and how_far == "loopback"):
        raise BadInput(f"--{name}", "give an https address (http only to this machine), or a file")
    try:
        with Guarded(how_far).get(url, timeout=SECONDS, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                raise BadInput(f"--{name}", f"the address answers {answer.status_code}")
            return answer.raw.read(LARGEST + 1, decode_content=True) or b""
    except requests.RequestException as error:
        raise BadInput(f"--{name}", f"the address does not answer ({type(error).__name__})") from error
