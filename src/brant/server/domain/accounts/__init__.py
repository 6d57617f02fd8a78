"""Accounts: users and organizations, and the passwords, tokens, keys and sessions that stand for users."""

from brant.server.domain.accounts.user import User

__all__ = ["User"]
