"""The composition root and the command line: the only room that sees every room."""
