"""How well parents are understood, beside plain Rasa, on a set that no training ever saw."""
