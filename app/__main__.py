"""``python -m app``: the same as ``deskhand``."""

from app.cli import main

main()
