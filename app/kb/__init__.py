"""The accounts' knowledge: what is found in it. Fetching it from vendors is the connectors' part, keeping it the database's."""
