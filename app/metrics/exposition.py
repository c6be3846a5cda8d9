"""Figures as Prometheus reads them. Knows the format; what the figures are is said elsewhere."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from app.metrics import Sample
from app.metrics.families import FAMILIES, SUM, Family, Kind

CONTENT_TYPE = CONTENT_TYPE_LATEST


def text(figures: Mapping[Sample, float]) -> bytes:
    """The figures in the text format, in the table's order. What the table does not have, as an older version's, is left out."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(figures))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, figures: Mapping[Sample, float]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        by_family: dict[str, dict[Sample, float]] = {}
        for sample, value in self._figures.items():
            by_family.setdefault(sample.family, {})[sample] = value
        for name, family in FAMILIES.items():
            mine = {
                one: value for one, value in by_family.get(name, {}).items() if len(one.labels) == len(family.labels)
            }
            if mine:
                yield _BY_KIND[family.kind](family, mine)


def _counter(family: Family, samples: Mapping[Sample, float]) -> Metric:
    told = CounterMetricFamily(family.name, family.help, labels=family.labels)
    for sample, value in sorted(samples.items()):
        told.add_metric(sample.labels, value)
    return told


def _gauge(family: Family, samples: Mapping[Sample, float]) -> Metric:
    told = GaugeMetricFamily(family.name, family.help, labels=family.labels)
    for sample, value in sorted(samples.items()):
        told.add_metric(sample.labels, value)
    return told


def _histogram(family: Family, samples: Mapping[Sample, float]) -> Metric:
    told = HistogramMetricFamily(family.name, family.help, labels=family.labels)
    bounds = [*map(str, family.buckets), "+Inf"]
    for labels in sorted({sample.labels for sample in samples}):
        upto = accumulate(samples.get(Sample(family.name, labels, bound), 0.0) for bound in bounds)
        total = samples.get(Sample(family.name, labels, SUM), 0.0)
        told.add_metric(labels, list(zip(bounds, upto, strict=True)), total)
    return told


_BY_KIND = {Kind.COUNTER: _counter, Kind.GAUGE: _gauge, Kind.HISTOGRAM: _histogram}
