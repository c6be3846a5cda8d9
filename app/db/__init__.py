"""Rows, queries and migrations. Rows do not leave this room: queries give back our frozen types or small frozen records."""
