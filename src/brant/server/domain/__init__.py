"""What the service does; knows no HTTP."""
