"""Pages of competitions: what people read, join, follow and host in a browser."""
