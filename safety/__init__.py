"""The risk screen; it imports nothing of ours outside this package."""
