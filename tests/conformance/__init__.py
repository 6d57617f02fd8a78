"""Scenarios written once and run through seven clients: the proof that both ends of the wire agree."""
