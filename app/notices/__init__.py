"""Telling people outside the helpdesk: mail, webhook and pager. Who is told, when and how often is the jobs' part."""

from app.notices.ways import Mail, Message, Pager, Way, Webhook, ways

__all__ = ["Mail", "Message", "Pager", "Way", "Webhook", "ways"]
