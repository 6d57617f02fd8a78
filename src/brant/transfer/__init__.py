"""Moves bytes between HTTP and disk; knows nothing of Kaggle."""
