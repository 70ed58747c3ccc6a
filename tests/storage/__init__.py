"""Tests of the store: real SQLCipher, real files, real TLS."""
