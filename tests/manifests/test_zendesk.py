"""The app package: Zendesk's published rules hold for ours, and each of them would be noticed if it did not."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli.package import package as command
from app.web.pages.words import every
from connectors.errors import BadPayload
from connectors.zendesk.package import packed, problems

FOLDER = Path(__file__).parents[2] / "manifests" / "zendesk"
URL = "https://desk.example.com"


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def files() -> dict[str, bytes]:
    return opened(packed(FOLDER, URL))


def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    return json.loads(files["manifest.json"])


def test_ours_breaks_no_rule(files: dict[str, bytes]) -> None:
    assert list(problems(files)) == []
    assert manifest(files)["location"]["support"]["ticket_sidebar"]["url"] == f"{URL}/apps/zendesk/sidebar"
    assert manifest(files)["signedUrls"] is True
    assert b"deskhand.example/" not in files["manifest.json"]


def test_it_speaks_every_language_that_the_sidebar_speaks(files: dict[str, bytes]) -> None:
    assert {Path(name).stem for name in files if name.startswith("translations/")} == set(every())


def test_there_is_no_secret_and_nothing_of_one_customers_in_it(files: dict[str, bytes]) -> None:
    assert "parameters" not in manifest(files) and "requirements.json" not in files


def test_the_same_folder_gives_the_same_zip() -> None:
    assert packed(FOLDER, URL) == packed(FOLDER, URL)
    assert manifest(opened(packed(FOLDER, URL, private=True)))["private"] is True


@pytest.mark.parametrize(
    "url", ["", "http://desk.example.com", "https://desk.example.com/path", "https://", "desk.example.com"]
)
def test_an_address_that_zendesk_would_not_take_is_refused(url: str) -> None:
    with pytest.raises(BadPayload):
        packed(FOLDER, url)


def told(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    """A manifest with these values; None takes one away."""

    def change(files: dict[str, bytes]) -> None:
        values = {name: value for name, value in (manifest(files) | changes).items() if value is not None}
        files["manifest.json"] = json.dumps(values).encode()

    return change


def put(name: str, content: bytes | None) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files.pop(name, None)
        files.update({} if content is None else {name: content})

    return change


def place(**given: Any) -> Callable[[dict[str, bytes]], None]:
    return told(location={"support": given})


def parameter(**values: Any) -> Callable[[dict[str, bytes]], None]:
    return told(parameters=[{"name": "key", "type": "text"} | values])


@pytest.mark.parametrize(("change", "path"), [
    (put("manifest.json", None), "manifest.json"),
    (told(author=None), "manifest.author"),
    (told(author={"name": "x"}), "manifest.author"),
    (told(frameworkVersion="1.0"), "manifest.frameworkVersion"),
    (told(version="one"), "manifest.version"),
    (told(private="yes"), "manifest.private"),
    (told(noTemplate=True), "manifest.noTemplate"),
    (told(defaultLocale="it"), "translations/it.json"),
    (place(sidebar="https://x.example"), "manifest.location.support.sidebar"),
    (place(nav_bar={"url": "http://x.example"}), "manifest.location.support.nav_bar.url"),
    (place(nav_bar={"url": "assets/none.html"}), "manifest.location.support.nav_bar.url"),
    (place(nav_bar={"url": "https://x.example", "flexible": "yes"}), "manifest.location.support.nav_bar.flexible"),
    (place(top_bar="https://x.example"), "assets/icon_top_bar.svg"),
    (parameter(name="name"), "manifest.parameters.name"),
    (parameter(type="dropdown"), "manifest.parameters.key"),
    (parameter(type="hidden", required=True), "manifest.parameters.key"),
    (parameter(secure=True), "manifest.parameters.key"),
    (put("translations/english.json", b'{"app": {}}'), "translations/english.json"),
    (put("translations/en.json", b'{"app": {"name": "x"}}'), "translations/en.json.app.short_description"),
    (put("assets/logo.png", None), "assets/logo.png"),
    (put("assets/logo.png", b"GIF89a"), "assets/logo.png"),
    (put("assets/manual.pdf", b"%PDF"), "assets/manual.pdf"),
    (put("assets/icon_nav_bar.svg", b"<svg><script>x</script></svg>"), "assets/icon_nav_bar.svg"),
    (put("assets/page.html", b'<img src="http://x.example/a.png">'), "assets/page.html"),
])  # fmt: skip
def test_each_rule_would_be_noticed(
    files: dict[str, bytes], change: Callable[[dict[str, bytes]], None], path: str
) -> None:
    change(files)
    assert path in [problem.path for problem in problems(files)]


def test_a_link_is_no_file(tmp_path: Path) -> None:
    for file in FOLDER.rglob("*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(FOLDER)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    (tmp_path / "assets" / "more.png").symlink_to(tmp_path / "assets" / "logo.png")
    with pytest.raises(BadPayload, match=r"assets/more\.png"):
        packed(tmp_path, URL)


def test_the_command_writes_it_and_says_no_where_there_is_none(tmp_path: Path) -> None:
    out = tmp_path / "deskhand.zip"
    ran = CliRunner().invoke(command, ["zendesk", "--url", URL, "--out", str(out)], catch_exceptions=False)
    assert ran.exit_code == 0 and opened(out.read_bytes())["manifest.json"]
    assert CliRunner().invoke(command, ["slack", "--url", URL, "--out", str(out)]).exit_code != 0
