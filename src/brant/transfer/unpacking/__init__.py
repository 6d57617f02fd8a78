"""A remote archive becomes a folder of files."""
