"""Everything that can be done with competitions, as plain functions that take the session first.

Each module stands for itself and is imported by whoever needs it: a list waits for nothing that moves bytes.
"""
