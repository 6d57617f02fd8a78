"""Competitions: hosting, entering, submitting, leaderboards, discussions."""
