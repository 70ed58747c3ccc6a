"""The demonstration's bench: what stands around a counter, for whoever tries the program."""
