"""What people may ask about their data, done across every store: erased, handed out, proven."""
