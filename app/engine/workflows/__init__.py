"""Workflows: steps that ask backends and the customer, wait, and end in words or with a person. Knows no clock and no network."""
