"""Signposting: the directory of services and what fits a parent; knows no channel."""
