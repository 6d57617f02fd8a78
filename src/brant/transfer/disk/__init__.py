"""What lies on this machine: unfinished files, their journals, checksums."""
