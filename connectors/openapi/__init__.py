"""Any REST API that an OpenAPI 3 file describes: its operations become ours, with the risk that an admin gave each."""

from connectors.openapi.connector import OpenApi

__all__ = ["OpenApi"]
