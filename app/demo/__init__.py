"""Invented years of an invented service, to show what the console looks like in use."""
