"""Slack: a thread is a ticket. ``Slack`` is the connector; everything else here is its own business."""

from connectors.slack.connector import Slack

__all__ = ["Slack"]
