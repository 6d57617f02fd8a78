"""The command line: one noun a file, imported one per call."""
