"""The OAuth provider: clients, grants, tokens and metadata; it knows no HTTP framework."""
