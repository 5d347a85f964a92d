"""Language understanding: pure functions, and the two Rasa components that call them."""
