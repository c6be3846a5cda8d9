"""Jira Cloud: the issues of one project. ``Jira`` is the backend; everything else here is its own business."""

from connectors.jira.connector import Jira

__all__ = ["Jira"]
