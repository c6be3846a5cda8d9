"""Everything outside our walls: the vendors, spoken to through one contract. Imports nothing of ours."""
