"""Tests of ``devices``: pure layers by vectors and fuzzing, lanes against real ptys and sockets."""
