"""Blobs: how bytes come in, who may name them by hash, and when they go."""
