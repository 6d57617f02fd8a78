"""The server: Kaggle's API in one process."""
