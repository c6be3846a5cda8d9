"""Statuspage: incidents as the public page tells them. ``Statuspage`` is the backend; everything else here is its own business."""

from connectors.statuspage.connector import Statuspage

__all__ = ["Statuspage"]
