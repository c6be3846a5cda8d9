"""What old tickets, judgements and outcomes add up to: exports read, replayed and counted. Sends nothing."""
