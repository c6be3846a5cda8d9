"""A bank's core system, as ``api.yaml`` describes it: whoever serves that description is connected."""

from connectors.banking.connector import Banking

__all__ = ["Banking"]
