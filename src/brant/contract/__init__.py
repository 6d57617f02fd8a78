"""What crosses the wire between a client and a server, declared once for both; no I/O."""
