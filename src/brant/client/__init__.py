"""Calls any compatible server: kaggle.com, or one of your own."""
