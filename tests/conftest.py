"""What every test shares: the guards of ``tests/guards.py``."""

pytest_plugins = ["tests.guards"]
