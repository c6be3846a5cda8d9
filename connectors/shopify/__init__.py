"""Shopify: orders, addresses, cancellations, returns and products, by its GraphQL Admin API."""

from connectors.shopify.connector import Shopify

__all__ = ["Shopify"]
