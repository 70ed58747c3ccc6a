"""Suites behind one interface: signatures, agreement, sealing.  Only this folder imports cryptography."""
