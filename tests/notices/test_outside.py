"""Where signed digests go: each place takes a file once, keeps what it has, and says why when it does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from app import audit
from app.engine.chain import End
from app.engine.signatures import Signer
from app.notices.outside import brought, places
from app.settings import Settings
from tests.builders import NOON
from tests.notices.sinks import mail, web

NAME = "deskhand-audit-a-2026-03-10.json"


def body(settings: Settings) -> dict[str, object]:
    return dict(audit.anchored("a", End(7, "d" * 64), NOON, Signer(settings.keys)).written())


def test_a_folder_keeps_the_first_file(settings: Settings, tmp_path: Path) -> None:
    address = f"file://{tmp_path}"
    there = places(replace(settings, anchors=(address,)))
    assert brought(there, [address], NAME, body(settings)) == {address: ""}
    assert brought(there, [address], NAME, {"anchor": "another"}) == {address: ""}
    assert [file.name for file in tmp_path.glob("*.json")] == [NAME]
    assert audit.found_in((tmp_path / NAME).read_text())[0].end == End(7, "d" * 64)


def test_a_folder_that_is_not_there_is_said(settings: Settings, tmp_path: Path) -> None:
    address = f"file://{tmp_path}/none"
    found = brought(places(replace(settings, anchors=(address,))), [address], NAME, body(settings))
    assert found[address].startswith("Unavailable: folder: not written")


def test_a_store_is_put_to_and_never_written_over(settings: Settings) -> None:
    with web() as sink:
        given = replace(settings, anchors=(f"{sink.url}/{{name}}?signature=s3cret",), anchor_authorization="Bearer b")
        (name,) = there = places(given)
        sink.answers = [200, 412, 500]
        answers = [brought(there, [name], NAME, body(settings))[name] for _ in range(3)]
    assert "s3cret" not in name
    assert answers == ["", "", "Unavailable: store answered 500"]
    assert sink.got[0]["path"].endswith(f"{NAME}?signature=s3cret")
    assert sink.got[0]["headers"]["If-None-Match"] == "*"
    assert sink.got[0]["headers"]["Authorization"] == "Bearer b"
    assert sink.got[0]["body"] == body(settings)


def test_a_mail_can_be_handed_back_as_it_was_saved(settings: Settings) -> None:
    with mail() as sink:
        given = replace(settings, anchors=("mailto:audit@bank.example",), smtp_url=sink.url)
        assert brought(places(given), list(places(given)), NAME, body(settings)) == {"mailto:audit@bank.example": ""}
    (got,) = sink.got
    saved = "".join(f"{name}: {value}\n" for name, value in got["headers"].items()) + "\n" + got["body"]
    assert audit.found_in(saved)[0].written() == body(settings)


def test_mail_without_a_server_is_refused_and_does_not_keep_the_others(settings: Settings, tmp_path: Path) -> None:
    there = places(replace(settings, anchors=("mailto:a@b.example", f"file://{tmp_path}")))
    found = brought(there, list(there), NAME, body(settings))
    assert [bool(why) for why in found.values()] == [True, False]


def test_a_store_that_cannot_be_reached_says_nothing_of_its_address(settings: Settings) -> None:
    there = places(replace(settings, anchors=("http://127.0.0.1:9/x?signature=s3cret",)))
    (why,) = brought(there, list(there), NAME, body(settings)).values()
    assert why.startswith("Unavailable")
    assert "s3cret" not in why


@pytest.mark.parametrize("text", ["", "{}", '{"anchor": {}}', '{"anchor": {"kind": "other"}}', "Subject: hi\n\nno"])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="anchor"):
        audit.found_in(text)
