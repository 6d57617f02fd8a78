"""Where things are kept: tables and migrations, blobs."""
