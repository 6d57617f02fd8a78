"""HTTP: routes, authentication, limits, error answers."""
