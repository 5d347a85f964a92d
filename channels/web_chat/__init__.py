"""The web chat: a page and a widget that talk with one conversation; keeps only its sessions."""
