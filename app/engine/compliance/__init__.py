"""Standards as checks: each a pure function over facts, which says PASS, FAIL or UNKNOWN, what it looked at, and every violation.

UNKNOWN is said where nothing was looked at; no check can pass without having looked. Gathering facts is ``app.reports.compliance``'.
"""
