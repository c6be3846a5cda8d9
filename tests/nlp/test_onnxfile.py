"""Our few fields of the ONNX format: onnxruntime runs what is written, and what is read is what was stored."""

import numpy as np
import onnxruntime
import pytest

from app.nlp.integers import integers
from app.nlp.onnxfile import FLOAT, INT32, Graph, weights

TABLE = np.array([[0.5, -2.0], [3.0, 700.0]], np.float32)


def tiny() -> bytes:
    graph = Graph()
    table = graph.constant("table", TABLE)
    graph.constant("small", np.array([[-7], [5]], np.int8))
    graph.node("Gather", [table, "rows"], "found", axis=1)
    graph.node("LeakyRelu", ["found"], "bent", alpha=0.25)
    return graph.written({"rows": INT32}, {"bent": FLOAT})


def test_what_is_written_runs() -> None:
    session = onnxruntime.InferenceSession(tiny(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"rows": np.array([[1, 1]], np.int32)})[0]
    assert found.tolist() == [[[-0.5, -0.5]], [[700.0, 700.0]]]


def test_what_is_read_is_what_was_stored() -> None:
    found = weights(tiny())
    assert found.keys() == {"table", "small"}
    assert np.array_equal(found["table"], TABLE)
    assert found["small"].dtype == np.int8
    assert found["small"].tolist() == [[-7], [5]]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_cut_file_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="cut"):
        weights(tiny()[:-cut])


@pytest.mark.parametrize("data", [b"", b"no model", b"\xff" * 40, tiny()])
def test_another_model_than_the_known_one_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut|another model"):
        integers(data)
