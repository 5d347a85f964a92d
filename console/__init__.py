"""The staff web console: people read, take over, acknowledge and work what the assistant holds."""
