"""The ledger: what parents wrote, what was said to them, and what became of each message."""
