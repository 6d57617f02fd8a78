"""The stories, by noun. A new noun adds modules here, and what it needs of a client to `drivers.base.Can`."""
