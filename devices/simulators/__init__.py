"""The counter's devices as small real servers, for demonstration and tests."""
