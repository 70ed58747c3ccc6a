"""Devices: bytes on one side, values of ``core`` on the other.  No Qt, no database."""
