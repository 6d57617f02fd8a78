"""What a download that was broken off has left on disk, read without the code that wrote it."""

import json
import zlib
from pathlib import Path


def partial_of(target: Path) -> Path:
    return target.with_name(target.name + ".brant-partial")


def journal_of(target: Path) -> Path:
    return target.with_name(target.name + ".brant-journal")


def proven(target: Path) -> dict[int, bytes]:
    """The ranges that the journal names, and that still have the CRC-32 which it says, by their start."""
    if not (partial_of(target).exists() and journal_of(target).exists()):
        return {}
    data, found = partial_of(target).read_bytes(), {}
    for raw in journal_of(target).read_bytes().split(b"\n")[:-1]:
        try:
            line = json.loads(raw)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("at"), int):
            piece = data[line["at"] : line["to"]]
            if zlib.crc32(piece) == line["crc32"] and len(piece) == line["to"] - line["at"]:
                found[line["at"]] = piece
    return found


def beginning(target: Path) -> bytes:
    """What is proven from the start on, up to the first gap."""
    found, whole = proven(target), b""
    while len(whole) in found:
        whole += found[len(whole)]
    return whole
