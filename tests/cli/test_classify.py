"""``deskhand classify`` as scripts use it: one answer a line, in order, and mistakes named before anything is printed."""

import json

import pytest

CONFIGURATION = """
service: lamps
classification:
  categories:
    - name: order-status
      keywords: [order, tracking, "where is", parcel]
    - name: returns
      keywords: [return, refund, exchange]
"""


@pytest.fixture
def files(tmp_path):
    """Writes a file and says where it is."""

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


@pytest.fixture
def config(files):
    return files("lamps.yaml", CONFIGURATION)


def test_one_answer_a_line_in_the_order_of_the_questions(deskhand, files, config):
    asked = ["Where is my parcel?", "", "I want a refund!", "My IBAN is DE89 3704 0044 0532 0130 00"]
    lines = files("in.jsonl", "\n".join(json.dumps({"text": text}) for text in asked))
    ran = deskhand("classify", "--config", config, "--in", lines, "--json")
    assert ran.code == 0, ran.err
    told = [json.loads(line) for line in ran.out.splitlines()]
    wanted = {"labels", "automatic", "out_of_scope", "sentiment", "language", "entities", "personal_data"}
    assert len(told) == 4
    assert all(wanted <= set(one) for one in told)
    assert told[0]["labels"][0]["name"] == "order-status"
    assert (told[1]["labels"], told[1]["automatic"]) == ([], False)
    assert told[2]["labels"][0]["name"] == "returns"
    assert told[3]["personal_data"] == [{"type": "IBAN", "start": 11, "end": 38}]


def test_tables_are_read_as_well_and_examples_teach(deskhand, files, config):
    known = files("known.csv", "text,category\nthe bulb flickers,fault\nit flickers at night,fault\n")
    asked = files("in.csv", "id,text\n1,my lamp flickers\n")
    ran = deskhand("classify", "--config", config, "--examples", known, "--in", asked, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["labels"][0]["name"] == "fault"


def test_a_person_gets_a_line_to_read(deskhand, files, config):
    asked = files("in.jsonl", '{"text": "Where is my parcel?"}')
    ran = deskhand("classify", "--config", config, "--in", asked)
    assert "order-status" in ran.out
    assert "a person decides" in ran.out


@pytest.mark.parametrize(
    ("option", "content"), [("--in", '{"text": "a"}\n{"text": 1}\n'), ("--examples", '{"text": "a"}\n{"text": 1}\n')]
)
def test_a_bad_line_is_named_with_its_file_and_nothing_is_printed(deskhand, files, config, option, content):
    good, bad = files("good.jsonl", '{"text": "a", "labels": []}'), files("bad.jsonl", content)
    other = "--in" if option == "--examples" else "--examples"
    ran = deskhand("classify", "--config", config, option, bad, other, good, "--json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"deskhand: {option}: line 2 has no text")


def test_a_bad_configuration_and_a_bad_setting_are_one_line(deskhand, files, monkeypatch, config):
    asked = files("in.jsonl", '{"text": "a"}')
    ran = deskhand("classify", "--config", files("bad.yaml", "classification: 3"), "--in", asked)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("deskhand: --config: bad.yaml")
    monkeypatch.setenv("DESKHAND_MODEL_SHA256", "abc")
    ran = deskhand("classify", "--config", config, "--in", asked)
    assert ran.err == "deskhand: DESKHAND_MODEL_SHA256: give 64 hexadecimal digits, as `sha256sum` prints them\n"


def test_a_model_file_that_is_not_the_expected_one_is_not_run(deskhand, files, monkeypatch, config):
    monkeypatch.setenv("DESKHAND_MODEL_FILE", files("model.onnx", "not a model"))
    asked = files("in.jsonl", '{"text": "Where is my parcel? I want tracking of my order."}')
    ran = deskhand("classify", "--config", config, "--in", asked, "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["labels"][0]["name"] == "order-status"


# --- what tells of it elsewhere -----------------------------------------------------------------------------------


def tiers(ran) -> list[dict]:
    return [one for one in ran.json["findings"] if one["what"] == "language"]


def test_the_doctor_says_which_tier_runs_and_why(deskhand, prepared, files, monkeypatch):
    (well,) = tiers(deskhand("doctor", "--json"))
    assert well["well"]
    assert well["text"].startswith("sentences tier: ")
    monkeypatch.setenv("DESKHAND_MODEL_FILE", files("model.onnx", "not a model"))
    (ill,) = tiers(deskhand("doctor", "--json"))
    assert not ill["well"]
    assert "sha256" in ill["text"]
    assert "DESKHAND_MODEL_FILE" in ill["remedy"]


def test_examples_of_an_account_are_kept_without_what_is_personal(deskhand, prepared, files, config):
    known = files("known.csv", "text,category\nmy card 4111 1111 1111 1111 was refused,payment\n")
    ran = deskhand("account", "add", "lamps", "--config", config, "--examples", known, "--json")
    kept = (prepared.data_dir / "examples" / f"{ran.json['account']}.jsonl").read_text()
    assert json.loads(kept) == {"text": "my card [CARD_1] was refused", "labels": ["payment"]}
    ran = deskhand("account", "add", "lamps", "--config", config, "--examples", files("bad.jsonl", "{"))
    assert (ran.code, ran.err.startswith("deskhand: --examples: line 1 ")) == (2, True)
