"""Self-referral: what parents tell and what becomes of it; knows no Rasa and no channel."""
