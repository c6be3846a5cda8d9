"""Stripe: payments, refunds, subscriptions and the page on which a customer changes their card."""

from connectors.stripe.connector import Stripe

__all__ = ["Stripe"]
