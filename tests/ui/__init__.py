"""Tests of the window: real widgets, real keys, real threads."""
