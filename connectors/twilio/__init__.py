"""Twilio: text messages."""

from connectors.twilio.connector import Twilio

__all__ = ["Twilio"]
