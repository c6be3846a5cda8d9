"""Backends played over real HTTP: what an account connects beside its helpdesks. Their faults are ordered as the hosts' are."""
