"""The command line as its users meet it: real processes, a real server, a real terminal."""
