"""The tokenizer against ids that the reference gives, and the encoder against its promises."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.nlp.encoder import PINNED, Encoder, SentenceEncoder, Unusable, bundled
from app.nlp.tier import tier
from app.nlp.wordpiece import WordPiece

PIECES = WordPiece()
NOTHING_MORE = b"\xc0\x3e\x00"
"""A field that the format does not know: another file, the same model."""


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [101, 102]),
        ("Hello, world!", [101, 7592, 1010, 2088, 999, 102]),
        ("unaffable", [101, 14477, 20961, 3468, 102]),
        ("Café CAFE", [101, 7668, 7668, 102]),
        ("a\x00b\tc", [101, 11113, 1039, 102]),
        ("x" * 101, [101, 100, 102]),
        ("中国", [101, 1746, 1799, 102]),
    ],
)
def test_pieces_are_those_of_the_reference(text: str, ids: list[int]) -> None:
    assert PIECES.encode(text) == ids


def test_a_long_text_is_cut_and_still_ends_with_its_mark() -> None:
    ids = PIECES.encode("word " * 5_000, limit=32)
    assert len(ids) == 32
    assert ids[-1] == PIECES.end


def test_vectors_are_unit_in_order_and_near_for_the_same_meaning(encoder: Encoder) -> None:
    texts = ["Where is my parcel?", "", "My package has not arrived", "I forgot my password", "Where is my parcel?"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (5, encoder.width)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1, 1], atol=1e-5)
    assert np.array_equal(vectors[0], vectors[4])
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[3] + 0.2


def test_a_text_means_the_same_alone_and_among_others() -> None:
    texts = ["short one", "a sentence that is a good deal longer than the other one"]
    assert np.array_equal(SentenceEncoder().encode(texts)[0], SentenceEncoder().encode(texts[:1])[0])


def test_small_integers_say_what_the_file_says(encoder: Encoder, tmp_path: Path) -> None:
    same = bundled().read_bytes() + NOTHING_MORE
    (tmp_path / "same.onnx").write_bytes(same)
    as_it_is = SentenceEncoder(tmp_path / "same.onnx", hashlib.sha256(same).hexdigest())
    texts = [
        "Where is my parcel?",
        "I was charged twice!",
        "es geht nicht",
        "Please change the address of my order. " * 9,
    ]
    assert encoder.version.endswith("-int8")
    assert not as_it_is.version.endswith("-int8")
    assert float((encoder.encode(texts) * as_it_is.encode(texts)).sum(axis=1).min()) > 0.985


def test_another_file_than_the_pinned_one_is_never_run(tmp_path: Path) -> None:
    changed = tmp_path / "model.onnx"
    changed.write_bytes(bundled().read_bytes() + b"\0")
    with pytest.raises(Unusable, match="sha256"):
        SentenceEncoder(changed)


def test_a_verified_file_that_is_no_model_is_unusable(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"no model")
    with pytest.raises(Unusable, match="cannot read"):
        SentenceEncoder(file, hashlib.sha256(b"no model").hexdigest())


def test_the_place_of_the_file_is_configurable(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.onnx"
    copy.write_bytes(bundled().read_bytes())
    found = tier(copy, PINNED)
    assert found.name == "sentences"


def test_without_a_file_the_lexical_tier_runs_and_says_why(tmp_path: Path) -> None:
    found = tier(tmp_path / "missing.onnx")
    assert (found.name, found.encoder) == ("lexical", None)
    assert "cannot be read" in found.why
    assert str(tmp_path) not in found.why


def test_the_parts_of_a_text_come_from_the_same_pass(encoder: SentenceEncoder) -> None:
    parts = ["Where is my parcel?", "I want to cancel my subscription."]
    whole, *seen = encoder.read(" ".join(parts), parts)
    alone = encoder.encode(parts)
    assert np.allclose(whole, encoder.encode([" ".join(parts)])[0], atol=1e-5)
    for number, vector in enumerate(seen):
        assert float(vector @ alone[number]) > float(vector @ alone[1 - number]) + 0.3
        assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5


def test_a_part_that_the_pass_did_not_reach_is_read_by_itself(encoder: SentenceEncoder) -> None:
    text = "word " * 400
    vectors = encoder.read(f"{text} Where is my parcel?", ["Where is my parcel?"])
    assert np.allclose(vectors[1], encoder.encode(["Where is my parcel?"])[0], atol=1e-5)


def test_the_library_that_runs_models_reports_to_nobody(tmp_path):
    """Without a word from us it begins a file for the device's name, and speaks with its makers: seen in 1.31."""
    code = "import os; from app.nlp.tier import tier; tier(None, '').encoder.encode(['x']); print(os.environ['ORT_DISABLE_TELEMETRY'])"
    home = {"PATH": os.defpath, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], env=home, capture_output=True, text=True, check=True)
    assert ran.stdout == "1\n"
    assert "telemetry" not in ran.stderr
    assert list(tmp_path.rglob("*")) == []
