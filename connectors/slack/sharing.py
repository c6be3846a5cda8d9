"""Files in a thread: Slack takes them in three calls, and shows whose they are by their name alone, so the name bears the key."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from connectors.errors import AuthFailed, Refused, Unavailable
from connectors.slack.client import Client
from connectors.slack.settings import Install
from connectors.types import File

STORE = "files.slack.com"
NOT_LET = "files: the app may not share files: install it again with files:write"


def named(file: File, key: str, part: int) -> str:
    """The file's name with a mark of its key in it: ``label-3f2a91bc.pdf``."""
    mark = hashlib.blake2b(f"{part}:{key}".encode(), digest_size=4).hexdigest()
    path = PurePosixPath(file.name.replace("/", "-"))
    return f"{path.stem}-{mark}{path.suffix}"


def shared(messages: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Name -> ``ts`` of the message for every file that these messages show."""
    return {
        str(one.get("name")): str(message.get("ts") or "")
        for message in messages
        for one in message.get("files") or ()
        if isinstance(one, Mapping)
    }


def share(client: Client, site: Install, where: Mapping[str, str], file: File, name: str) -> None:
    """Bring a file into a channel or thread, once. Refused where the app may not share files."""
    try:
        told = client.ask(client.web.files_getUploadURLExternal, filename=name, length=len(file.content))
    except AuthFailed as error:
        if "missing_scope" in str(error):
            raise Refused(NOT_LET) from error
        raise
    url, id = str(told.get("upload_url") or ""), str(told.get("file_id") or "")
    if not id or not _is_slacks(url, site):
        raise Unavailable("files: an answer that cannot be read")
    client.bring(url, file.content, file.content_type)
    place = {"channel_id": where["channel"], **({"thread_ts": where["thread_ts"]} if "thread_ts" in where else {})}
    client.ask(client.web.files_completeUploadExternal, files=[{"id": id, "title": file.name}], **place)


def _is_slacks(url: str, site: Install) -> bool:
    parts = urlsplit(url)
    played = site.loopback and (parts.scheme, parts.netloc) == (site.base.scheme, site.base.netloc)
    return played or (parts.scheme, parts.netloc) == ("https", STORE)
