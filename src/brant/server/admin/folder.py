"""Backup and garbage collection of the data folder, as `brant admin` handles them."""

from brant.server.admin.desk import Desk


def backup(desk: Desk) -> None:
    """`backup`."""
    to = desk.options.to
    desk.services.backup(to)
    desk.out.write(f"{to} holds everything; to serve it: brant serve --data {to}\n")


def collect(desk: Desk) -> None:
    """`gc`."""
    dry_run = desk.options.dry_run
    done = desk.services.preview(desk.now) if dry_run else desk.services.collect(desk.now)
    desk.out.write(
        f"{'would remove' if dry_run else 'removed'} {done.uploads} expired uploads, {done.blobs} blobs "
        f"and {done.staged} stray files: {done.bytes:,} bytes\n"
    )
