"""Zendesk: reads and writes tickets through zenpy, receives its webhooks. Decides nothing."""

from connectors.zendesk.connector import Zendesk

__all__ = ["Zendesk"]
