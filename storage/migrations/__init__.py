"""Schema migrations, run by storage/migrate.py over the keyed connection."""
