"""The room that decides, with what it is handed: no web, database, queue, network, clock or environment in here."""
