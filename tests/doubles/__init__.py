"""Played counterparts for tests, over real HTTP."""
