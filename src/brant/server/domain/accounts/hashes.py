"""Hashes: what is kept in place of a secret that has enough chance in it not to be guessed."""

import hashlib


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal digits, for tokens, keys, codes and cookies; passwords need a slow hash instead.

    Rows are found by it, so the time that a look-up takes tells nothing of the secrets that there are.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
