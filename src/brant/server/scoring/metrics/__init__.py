"""Metrics: a module for each family, each a function of truth, guess and weights."""
