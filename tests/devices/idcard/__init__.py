"""Tests of the ID-card reader."""
