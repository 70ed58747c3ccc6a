"""What every test shares: the guards of ``tests/guards.py`` and the order of ``tests/order.py``."""

pytest_plugins = ["tests.guards", "tests.order"]
