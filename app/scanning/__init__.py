"""Our own tables and logs, looked through for card data. Nothing of what is found is kept but where it stands."""

from app.scanning.chats import listening
from app.scanning.following import followed
from app.scanning.lines import logged
from app.scanning.tables import looked_through, through

__all__ = ["followed", "listening", "logged", "looked_through", "through"]
