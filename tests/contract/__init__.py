"""The contract, held against the official SDK as installed."""
