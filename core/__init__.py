"""The rules of the counter: pure Python, no Qt, no SQL, no ports, no sockets."""
