"""Datasets: publishing, looking, changing, downloading."""
