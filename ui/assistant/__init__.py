"""The first-run assistant's page."""
