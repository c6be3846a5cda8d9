"""The local language engine: what a text is about, in which mood, and what in it is personal. No key, no network, no host."""
