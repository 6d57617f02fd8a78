"""Runs every benchmark and prints the tables that the README shows: `make bench`."""

import argparse
import os
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import datasets, startup, transfer, uploads
from bench.stage import stage


def main() -> None:
    """All tables, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which; all when none is named")
    parser.add_argument("--large", action="store_true", help="an archive of 20 GiB among the transfers")
    parser.add_argument("--small", action="store_true", help="competitions of a tenth of the size, or less")
    options = parser.parse_args()
    names = options.names or [
        "startup",
        "datasets",
        "uploads",
        "transfer",
        "identity",
        "limits",
        "competitions",
    ]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}, loopback\n")
    with stage() as scene:
        if "startup" in names:
            print(startup.run(scene), end="\n\n", flush=True)
        if "datasets" in names:
            print(datasets.run(scene), end="\n\n", flush=True)
    if "uploads" in names:
        with stage("--rate-limit", "0") as scene:
            print(uploads.run(scene), end="\n\n", flush=True)
    if "transfer" in names:
        with stage("--rate-limit", "0") as scene:
            for part in transfer.run(scene, large=options.large):
                print(part, end="\n\n", flush=True)
    # Imported last: a process that is measured shows at least the peak of the one that started it.
    if "identity" in names:
        from bench import identity

        with stage("--rate-limit", "0") as scene:
            print(identity.run(scene), end="\n\n", flush=True)
    if "limits" in names:
        from bench import limits

        print(limits.run(), end="\n\n", flush=True)
    if "competitions" in names:
        _competitions(small=options.small)


def _competitions(*, small: bool) -> None:
    from bench import competitions, leaderboards, scoring

    with stage("--rate-limit", "0") as scene:
        crowd = {"participants": 20, "seconds": 5} if small else {}
        print(competitions.run(scene, **crowd), end="\n\n", flush=True)
        print(leaderboards.run(scene, places=10_000 if small else 1_000_000), end="\n\n", flush=True)
    print(scoring.run(rows=100_000 if small else 1_000_000), flush=True)


if __name__ == "__main__":
    main()
