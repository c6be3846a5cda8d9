"""GitHub: the issues of one repository. ``GitHub`` is the backend; everything else here is its own business."""

from connectors.github.connector import GitHub

__all__ = ["GitHub"]
