"""Intercom as a helpdesk: signed webhooks in, conversations read, changes written. See README.md."""

from connectors.intercom.connector import Intercom

__all__ = ["Intercom"]
