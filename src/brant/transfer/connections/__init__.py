"""One piece of work over several connections."""
