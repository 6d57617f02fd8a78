"""Versions: manifests of files, whatever they belong to, and the archives that are computed from them."""
