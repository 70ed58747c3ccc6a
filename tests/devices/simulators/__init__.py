"""Tests of the simulators: a test aid that is wrong in the same way as the product proves nothing."""
