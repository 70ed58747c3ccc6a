"""Checks of the house itself: who imports whom, how long files are, what makes a test fail."""
