"""OAuth clients that others wrote, unmodified, against a server of ours (RFC 6749 and what extends it)."""
