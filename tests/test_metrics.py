import re
from concurrent.futures import ThreadPoolExecutor

from prometheus_client.parser import text_string_to_metric_families

from app import metrics
from app.metrics import Sample, exposition
from app.metrics.families import COUNTED, FAMILIES, Kind
from tests.house.source import ROOT

PERSONAL = re.compile(
    r"account|tenant|email|person|name|ticket|connection_id|customer|requester|domain|address|subject|text"
)


def test_counts_from_many_threads_are_all_there():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: metrics.count("test.counted", 2), range(500)))
    assert metrics.counts()["test.counted"] == 1000


def test_whatever_is_counted_anywhere_has_a_family():
    source = "".join(f.read_text() for folder in ("app", "jobs") for f in (ROOT / folder).rglob("*.py"))
    names = set(re.findall(r"metrics\.count\(\s*f?\"([a-z]+)", source)) | set(
        re.findall(r"metrics\.count\(\"\w+\.\w+\" if .* else \"([a-z]+)", source)
    )
    assert len(names) > 15
    assert names <= COUNTED.keys()
    told = set(re.findall(r"(?:metrics\.(?:add|observe|watch)|Sample|_labelled)\(\s*\"(\w+)\"", source))
    assert len(told) > 15
    assert told <= FAMILIES.keys()


def test_every_name_that_is_counted_leads_to_a_counter_with_one_label_at_most():
    for family in COUNTED.values():
        assert FAMILIES[family].kind is Kind.COUNTER
        assert len(FAMILIES[family].labels) <= 1


def test_no_label_is_personal_and_buckets_grow():
    labels = {label for family in FAMILIES.values() for label in family.labels} - {"name", "connection"}
    assert [label for label in labels if PERSONAL.search(label)] == []
    for family in FAMILIES.values():
        assert list(family.buckets) == sorted(set(family.buckets))
        assert bool(family.buckets) == (family.kind is Kind.HISTOGRAM)
        assert family.help.endswith(".")


def test_a_family_keeps_so_many_apart_and_no_more():
    for number in range(metrics.MOST + 50):
        metrics.add("deskhand_installs", f"made-up-{number}")
    mine = {one.labels: by for one, by in metrics.take().items() if one.family == "deskhand_installs"}
    assert len(mine) <= metrics.MOST + 1
    assert mine["other",] >= 50
    assert sum(mine.values()) >= metrics.MOST + 50


def test_a_histogram_is_told_as_prometheus_reads_it():
    values = (0.0005, 0.02, 0.02, 9.0, 99.0)
    metrics.take()
    for value in values:
        metrics.observe("deskhand_vendor_seconds", value, "slack")
    fresh = {one: by for one, by in metrics.take().items() if one.family == "deskhand_vendor_seconds"}
    text = exposition.text(fresh | {Sample("deskhand_gone_with_this_release", ()): 1.0}).decode()
    assert "gone_with" not in text
    (family,) = text_string_to_metric_families(text)
    told = {(one.name, one.labels.get("le")): one.value for one in family.samples}
    assert family.type == "histogram"
    assert told["deskhand_vendor_seconds_count", None] == 5
    assert told["deskhand_vendor_seconds_sum", None] == sum(values)
    assert [told["deskhand_vendor_seconds_bucket", le] for le in ("0.001", "0.025", "10.0", "+Inf")] == [1, 3, 4, 5]


def test_what_is_taken_is_taken_once_and_what_is_given_back_again():
    metrics.take()
    metrics.count("deeds.done", 2)
    taken = metrics.take()
    assert metrics.take() == {}
    metrics.give_back(taken)
    metrics.count("deeds.done")
    assert metrics.take() == {Sample("deskhand_deeds", ("done",)): 3}
