"""Administration: what `brant admin` does, on the data folder itself, beside a running server or without."""
