"""Importing: a whole competition from one folder, made or brought up to date."""
