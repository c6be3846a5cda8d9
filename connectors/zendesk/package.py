"""Our app as the zip that an admin uploads to Zendesk, and Zendesk's own published rules for such a zip. Makes no call."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.errors import BadPayload

HERE = "https://deskhand.example"
"""Stands in the folder's manifest for the address of whoever runs this Deskhand."""
PLACES = frozenset(
    {"top_bar", "nav_bar", "ticket_sidebar", "new_ticket_sidebar", "user_sidebar", "organization_sidebar"}
    | {"background", "modal", "ticket_editor", "system_top_bar"}
)
ICONS: Mapping[str, str] = {
    "nav_bar": "assets/icon_nav_bar.svg",
    "top_bar": "assets/icon_top_bar.svg",
    "ticket_editor": "assets/icon_ticket_editor.svg",
}
KEYS = frozenset(
    {"name", "author", "defaultLocale", "version", "frameworkVersion", "location", "private", "singleInstall"}
    | {"signedUrls", "parameters", "oauth", "domainWhitelist", "termsConditionsURL"}
)
NEEDED = ("author", "defaultLocale", "location", "frameworkVersion")
PARAMETERS = frozenset({"text", "checkbox", "url", "number", "multiline", "hidden", "oauth"})
LOCALE = re.compile(r"[a-z]{2,3}(-\w{2,3})?")
PUBLIC = ("short_description", "long_description", "installation_instructions")
"""What the Marketplace wants to be told in the default language."""
SUFFIXES = frozenset({".json", ".png", ".svg", ".html", ".css", ".js"})
FIXED = (2026, 1, 1, 0, 0, 0)
"""The time of every file in the zip: the same folder gives the same zip."""

Files = Mapping[str, bytes]


def packed(folder: Path, url: str, *, private: bool = False) -> bytes:
    """The zip, with ``url`` as our address. Raises BadPayload for the first rule that it breaks."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadPayload("url", "an https address without a path, where Zendesk's people reach this Deskhand")
    files = dict(_read(folder))
    manifest = files["manifest.json"].decode().replace(HERE, f"https://{parts.netloc}")
    manifest = manifest.replace(f'"{urlsplit(HERE).netloc}"', f'"{parts.hostname}"')
    told = json.loads(manifest) | ({"private": True} if private else {})
    files["manifest.json"] = (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
    for problem in problems(files):
        raise problem
    return _zip(files)


def problems(files: Files) -> Iterator[BadPayload]:
    """Every one of Zendesk's rules that the app's files break; ``path`` says where."""
    if "manifest.json" not in files:
        yield BadPayload("manifest.json", "is needed, at the top of the zip")
        return
    manifest = json.loads(files["manifest.json"])
    yield from _manifest(manifest)
    author = manifest.get("author") or {}
    if not author.get("name") or "@" not in str(author.get("email", "")):
        yield BadPayload("manifest.author", "a name and a mail address")
    yield from _locations(manifest, files)
    yield from _parameters(manifest)
    yield from _translations(manifest, files)
    yield from _assets(manifest, files)


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise BadPayload(name, "a file of its own: links are not allowed")
        if path.is_file() and path.suffix != ".md" and not name.startswith((".", "tmp/")):
            yield name, path.read_bytes()


def _manifest(manifest: Mapping[str, Any]) -> Iterator[BadPayload]:
    for name in NEEDED:
        if not manifest.get(name):
            yield BadPayload(f"manifest.{name}", "is needed")
    for name in sorted(manifest.keys() - KEYS):
        yield BadPayload(f"manifest.{name}", "is no key that we may use")
    if manifest.get("frameworkVersion") != "2.0":
        yield BadPayload("manifest.frameworkVersion", '"2.0"')
    if not re.fullmatch(r"\d+\.\d+(\.\d+)?", str(manifest.get("version", ""))):
        yield BadPayload("manifest.version", "numbers with dots")
    for name in ("private", "singleInstall", "signedUrls"):
        if not isinstance(manifest.get(name, False), bool):
            yield BadPayload(f"manifest.{name}", "true or false")


def _locations(manifest: Mapping[str, Any], files: Files) -> Iterator[BadPayload]:
    for product, places in (manifest.get("location") or {}).items():
        for place, given in places.items():
            path = f"manifest.location.{product}.{place}"
            if product == "support" and place not in PLACES:
                yield BadPayload(path, "one of Support's places")
            url = given if isinstance(given, str) else str((given or {}).get("url", ""))
            parts = urlsplit(url)
            if parts.scheme != "https" and url not in files:
                yield BadPayload(f"{path}.url", "https, or a file in assets")
            if not isinstance(given, str) and not isinstance(given.get("flexible", False), bool):
                yield BadPayload(f"{path}.flexible", "true or false")


def _parameters(manifest: Mapping[str, Any]) -> Iterator[BadPayload]:
    names = [str(one.get("name", "")) for one in manifest.get("parameters", ())]
    for one, name in zip(manifest.get("parameters", ()), names, strict=True):
        path = f"manifest.parameters.{name}"
        if not name or name == "name" or names.count(name) > 1:
            yield BadPayload(path, 'a name of its own, other than "name"')
        if one.get("type", "text") not in PARAMETERS:
            yield BadPayload(path, f"a type out of {', '.join(sorted(PARAMETERS))}")
        if one.get("type") == "hidden" and one.get("required"):
            yield BadPayload(path, "hidden or required, not both")
        if one.get("secure") and not one.get("scopes"):
            yield BadPayload(path, "scopes, since it is secure")
        if one.get("secure") and not manifest.get("domainWhitelist"):
            yield BadPayload("manifest.domainWhitelist", "the hosts that a secure setting may be sent to")


def _translations(manifest: Mapping[str, Any], files: Files) -> Iterator[BadPayload]:
    default = f"translations/{manifest.get('defaultLocale')}.json"
    if default not in files:
        yield BadPayload(default, "is needed for the default language")
    needed = ("name",) if manifest.get("private", True) else ("name", *PUBLIC)
    for name in (one for one in files if one.startswith("translations/")):
        if not LOCALE.fullmatch(Path(name).stem):
            yield BadPayload(name, "a language such as en or pt-BR")
        app = json.loads(files[name]).get("app", {})
        for key in needed:
            if not str(app.get(key, "")).strip():
                yield BadPayload(f"{name}.app.{key}", "is needed")
        for parameter, told in app.get("parameters", {}).items():
            if not isinstance(told, dict) or not told.get("label"):
                yield BadPayload(f"{name}.app.parameters.{parameter}", "an object with a label")


def _assets(manifest: Mapping[str, Any], files: Files) -> Iterator[BadPayload]:
    wanted = ["assets/logo.png", "assets/logo-small.png"]
    wanted += [ICONS[place] for place in (manifest.get("location") or {}).get("support", {}) if place in ICONS]
    for name in wanted:
        if name not in files:
            yield BadPayload(name, "is needed")
    for name, content in files.items():
        if Path(name).suffix not in SUFFIXES:
            yield BadPayload(name, f"a file of one of these kinds: {' '.join(sorted(SUFFIXES))}")
        if name.endswith(".png") and not content.startswith(b"\x89PNG\r\n\x1a\n"):
            yield BadPayload(name, "a PNG")
        if name.endswith(".svg") and re.search(
            rb"<script|<foreignObject|\son\w+=|href=|<!ENTITY", content, re.IGNORECASE
        ):
            yield BadPayload(name, "shapes only: no script, no link")
        if b"http://" in content.replace(b"http://www.w3.org/2000/svg", b""):
            yield BadPayload(name, "https only")


def _zip(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, FIXED), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
