"""Zendesk, played: the API that Deskhand and an admin use, webhooks, triggers and OAuth, over real HTTP."""

from app.sandbox.zendesk.host import ZendeskHost

__all__ = ["ZendeskHost"]
