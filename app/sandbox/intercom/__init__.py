"""Intercom played over real HTTP: conversations with parts, contacts, tags, teams, articles, webhooks."""

from app.sandbox.intercom.host import IntercomHost

__all__ = ["IntercomHost"]
