"""Slack, played: workspaces, channels, threads, buttons, signed events. ``SlackHost`` is what is mounted."""

from app.sandbox.slack.host import SlackHost

__all__ = ["SlackHost"]
