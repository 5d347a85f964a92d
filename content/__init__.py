"""The words that parents read, and the loader that reads and checks them; no behaviour here."""
