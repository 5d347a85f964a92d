"""The assistant: Rasa's side in its own environment, and the actions that the app runs."""
