"""Figures: ``python -m bench [NAME…]`` prints one JSON object a line (docs/performance.md)."""
