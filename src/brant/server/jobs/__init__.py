"""Jobs: what is done beside serving, by workers: submissions are scored, and solutions checked."""
