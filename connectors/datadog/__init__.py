"""Datadog: metrics and errors. ``Datadog`` is the backend; everything else here is its own business."""

from connectors.datadog.connector import Datadog

__all__ = ["Datadog"]
