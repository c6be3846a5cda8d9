"""New Relic: metrics and errors. ``NewRelic`` is the backend; everything else here is its own business."""

from connectors.newrelic.connector import NewRelic

__all__ = ["NewRelic"]
