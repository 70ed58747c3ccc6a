"""The counter's store: vault, encrypted journal, replication to headquarters."""
