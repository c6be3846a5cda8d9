"""The vendors, played over real HTTP on loopback: the offline trial, and what tests and the demo talk to.

Each vendor's folder has a ``host.py`` with one ``Host``. ``server`` puts hosts, the control paths and the inbox page on
one port. Nothing here is imported by the product's own path.
"""
