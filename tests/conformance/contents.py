"""Files of the scenarios, and folders compared by the SHA-256 of what they hold."""

import hashlib
import io
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path

METADATA_FILE = "dataset-metadata.json"

Files = Mapping[str, bytes]
Digests = dict[str, str]

CSV = b"species,island,bill_length_mm\nAdelie,Torgersen,39.1\nGentoo,Biscoe,46.1\n"
OTHER_CSV = b"station,height\nLerwick,1.2\nWick,2.4\n"
TEXT = b"Heights are in metres above chart datum.\n"
# One black pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)
# Not compressible and not of one block, so that a cut or a wrong range cannot go unseen.
LARGE = random.Random("tides").randbytes(3_000_000)
# So large that what the buffers of a connection hold beside it does not count.
HUGE = random.Random("storm surges").randbytes(32_000_000)


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def digests(files: Files) -> Digests:
    """The digest of each file."""
    return {name: digest(data) for name, data in files.items()}


def zipped(files: Files) -> bytes:
    """A zip of `files`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def write(folder: Path, files: Files) -> Path:
    """Writes `files` under `folder`, which is made where it is not there."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read(folder: Path) -> Digests:
    """The digest of every file under `folder` by its path in it, but for the metadata file of a dataset."""
    return {
        path.relative_to(folder).as_posix(): digest(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != METADATA_FILE
    }
