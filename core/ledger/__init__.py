"""The journal's own rules: entries, chain, business day, state."""
