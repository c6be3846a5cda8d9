"""Shippo: return labels as PDF files."""

from connectors.shippo.connector import Shippo

__all__ = ["Shippo"]
