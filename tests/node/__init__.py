"""Packages from npm that the tests use as they are, in the versions of package-lock.json."""
