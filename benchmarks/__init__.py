"""Measures First1001 and a plain Rasa server side by side; nothing in the product imports it."""
