"""The server: a Kaggle of your own, in one process."""
