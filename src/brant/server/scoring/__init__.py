"""Scoring: metrics, and how a submission is read, compared with the solution and given its scores."""
