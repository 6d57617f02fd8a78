"""Brings to disk what a server keeps as files: the same way for every noun that has some."""
