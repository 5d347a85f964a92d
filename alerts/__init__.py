"""Alerts: a person is paged about a *now* flag until somebody has read it."""
