"""Fakes of our own ports, kept honest by the contract suites."""
