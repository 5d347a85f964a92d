"""Lets `python -m app` be `first1001`, for processes that we start ourselves."""

from app.cli import main

main()
