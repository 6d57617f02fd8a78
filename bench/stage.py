"""Sets the stage for a benchmark: a server of ours on a free port, a user, a home for every client."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
OFFICIAL = ROOT / ".venvs" / "official" / "bin"


@dataclass(frozen=True)
class Stage:
    """A running server, and the environments that point a client at it."""

    folder: Path
    address: str
    server: subprocess.Popen[str]

    def ours(self) -> dict[str, str]:
        """For `brant` and `import brant`."""
        return {**self._common(), "BRANT_ENDPOINT": self.address}

    def official(self) -> dict[str, str]:
        """For kaggle 2.2.4 and kagglehub 1.0.2."""
        return {
            **self._common(),
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "http_proxy": self.address,
            "no_proxy": "",
        }

    def admin(self, *words: str, typed: str = "") -> str:
        """What `brant admin …` prints, with `typed` on its standard input."""
        command = [str(BIN / "brant"), "admin", *words, "--data", str(self.folder / "server")]
        return subprocess.run(
            command, input=typed, env=self._common(), check=True, capture_output=True, text=True
        ).stdout

    def fresh(self, name: str) -> Path:
        """An empty folder of this name."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def _common(self) -> dict[str, str]:
        return {"PATH": os.defpath, "HOME": str(self.folder / "home"), "LANG": "C.UTF-8"}


@contextmanager
def stage(*options: str, owner: str = "ada") -> Iterator[Stage]:
    """A server with one user, whose access token lies in the home of every client."""
    folder = Path(tempfile.mkdtemp(prefix="brant-bench-"))
    command = [str(BIN / "brant"), "serve", "--data", str(folder / "server"), "--port", "0", *options]
    clean = {"PATH": os.defpath, "HOME": str(folder)}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean, cwd=folder)
    try:
        assert server.stdout is not None
        address = next(
            word for word in server.stdout.readline().split() if word.startswith("http://")
        ).rstrip("/")
        made = Stage(folder, address, server)
        home = folder / "home" / ".kaggle"
        home.mkdir(parents=True, mode=0o700)
        made.admin("user", "add", owner)
        (home / "access_token").write_text(made.admin("token", owner))
        (home / "access_token").chmod(0o600)
        yield made
    finally:
        server.terminate()
        server.communicate(timeout=30)
        shutil.rmtree(folder)


def dataset(folder: Path, handle: str, title: str) -> Path:
    """Writes the metadata of a dataset into `folder`."""
    content = {"id": handle, "title": title, "licenses": [{"name": "CC0-1.0"}]}
    (folder / "dataset-metadata.json").write_text(json.dumps(content))
    return folder


def signed_address(stage: Stage, handle: str) -> str:
    """Where the archive of a dataset lies, for programs that know nothing of the API."""
    token = (stage.folder / "home" / ".kaggle" / "access_token").read_text().strip()
    connection = http.client.HTTPConnection(str(urlsplit(stage.address).netloc), timeout=60)
    owner, slug = handle.split("/")
    connection.request(
        "POST",
        "/api/v1/datasets.DatasetApiService/DownloadDataset",
        json.dumps({"ownerSlug": owner, "datasetSlug": slug}),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    answer = connection.getresponse()
    address = answer.getheader("Location")
    connection.close()
    if answer.status != 302 or address is None:
        raise SystemExit(f"{handle} is not given away: {answer.status}")
    return address
