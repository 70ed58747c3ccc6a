"""Examples of every form of docs/format.md, with fixed keys, nonces and times, kept byte by byte."""
