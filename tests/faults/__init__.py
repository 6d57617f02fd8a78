"""Transfers under injected faults: a proxy with a seeded schedule between our client and a real origin."""
