"""The library: cache, downloads and uploads with the signatures that users know."""
