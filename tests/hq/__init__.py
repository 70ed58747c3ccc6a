"""Headquarters' tests."""
