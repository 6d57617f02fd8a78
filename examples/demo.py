"""A tour of Brant: a server, a login, a dataset published, fetched and mended, a competition, a hasty loop.

Run it with `make demo`. Every command that it runs is shown, so that you can run it yourself.
"""

import argparse
import csv
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visitor import Visitor

PENGUINS = Path(__file__).parent / "penguins"
SPECIES = Path(__file__).parent / "penguin-species"
SLUG = "penguin-species"
OWNER = "ada"
HANDLE = f"{OWNER}/palmer-penguins"
# Low, so that a loop meets it within a second, and short, so that nobody waits long.
RATE_LIMIT = "100/8"


class Tour:
    """Runs shell commands in a folder of its own and shows each one before its output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TERM") if name in os.environ}
        programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        home = folder / "home"
        home.mkdir()
        self.environ = {**kept, "PATH": programs, "HOME": str(home), "KAGGLEHUB_CACHE": str(folder / "cache")}

    def say(self, text: str) -> None:
        """A line of explanation."""
        print(f"\n# {text}", flush=True)

    def run(self, command: str) -> str:
        """Shows `command`, runs it in a shell, shows what it prints, and returns that."""
        print(f"$ {command}", flush=True)
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(done.stdout, end="", flush=True)
        if done.returncode:
            sys.exit(f"the command ended with exit code {done.returncode}")
        return done.stdout

    def export(self, name: str, value: str) -> None:
        """Sets an environment variable for the commands that follow."""
        print(f"$ export {name}={value}", flush=True)
        self.environ[name] = value

    @contextmanager
    def person(self, name: str) -> Iterator[None]:
        """Runs commands with a token of that user, made now, which is not shown."""
        self.run(f"brant admin user add {name} --data server")
        self.run(f"brant admin token {name} --data server > {name}.token")
        print(f"$ export KAGGLE_API_TOKEN=$(cat {name}.token)", flush=True)
        self.environ["KAGGLE_API_TOKEN"] = (self.folder / f"{name}.token").read_text().strip()
        yield
        print("$ unset KAGGLE_API_TOKEN", flush=True)
        del self.environ["KAGGLE_API_TOKEN"]


def serve(tour: Tour) -> subprocess.Popen[str]:
    """Starts a server on a free port and waits for the line that says where it is."""
    command = ["brant", "serve", "--data", "server", "--port", "0", "--rate-limit", RATE_LIMIT]
    print(f"$ {' '.join(command)} &", flush=True)
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("brant")), *command[1:]],
        cwd=tour.folder,
        env=tour.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    line = server.stdout.readline()
    print(line, end="", flush=True)
    address = next((word for word in line.split() if word.startswith("http://")), None)
    if address is None:
        sys.exit("the server did not start")
    tour.export("BRANT_ENDPOINT", address.rstrip("/"))
    return server


def log_in(tour: Tour) -> None:
    """Makes a user with a password, and logs in as them through a page that may be open on any machine."""
    tour.say("A user of your own server, whose password comes from a file.")
    (tour.folder / "password").write_text(secrets.token_urlsafe(12) + "\n")
    tour.run(f"brant admin user add {OWNER} --data server --password-stdin < password")

    tour.say("Log in as on a machine without a browser. The page is opened elsewhere: here by a program")
    print("# (examples/visitor.py) that signs in, allows what is asked for, and reads the code off the page.")
    command = "brant auth login --no-launch-browser"
    print(f"$ {command}", flush=True)
    with subprocess.Popen(
        command,
        shell=True,
        cwd=tour.folder,
        env=tour.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as login:
        assert login.stdin is not None
        assert login.stdout is not None
        for line in login.stdout:
            print(line, end="", flush=True)
            address = line.strip()
            if address.startswith("http"):
                code = Visitor().fetch_code(address, OWNER, (tour.folder / "password").read_text().strip())
                login.stdin.write(code + "\n")
                login.stdin.close()
    if login.returncode:
        sys.exit(f"the login ended with exit code {login.returncode}")
    tour.run("brant auth status")


def publish(tour: Tour) -> None:
    """Publishes the penguins in the user's name."""
    tour.say("A real dataset: 344 penguins, CC0, with its source beside it.")
    shutil.copytree(PENGUINS, tour.folder / "penguins")
    metadata = tour.folder / "penguins" / "dataset-metadata.json"
    metadata.write_text(metadata.read_text("utf-8").replace("OWNER", OWNER), "utf-8")
    tour.run("brant datasets create -p penguins --public")
    tour.run(f"brant datasets status {HANDLE}")


def fetch(tour: Tour) -> tuple[Path, Path]:
    """Downloads what was published, by command line and by library; returns both folders."""
    tour.say("Find it, and see what is in it.")
    tour.run("brant datasets list -s penguins")
    tour.run(f"brant datasets files {HANDLE}")

    tour.say("Download it with the command line …")
    tour.run(f"brant datasets download {HANDLE} --unzip -p data")

    tour.say("… and with the library, into the cache that kagglehub uses too.")
    printed = tour.run(f"python -c \"import brant; print(brant.dataset_download('{HANDLE}'))\"")
    return tour.folder / "data", Path(printed.strip().splitlines()[-1])


def damage_and_mend(tour: Tour, file: Path) -> None:
    """Flips one bit of a file in the cache, which nobody would notice, and has it found and mended."""
    tour.say("The disk flips one bit of a cached file. It is found, and that file alone is fetched again.")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    tour.run("brant cache verify --repair")


def compete(tour: Tour) -> None:
    """Hosts a competition, and lets two people enter it: the second one passes the first."""
    tour.say("A competition, made of one folder: data, solution, metric and pages.")
    shutil.copytree(SPECIES, tour.folder / SLUG, ignore=shutil.ignore_patterns("__pycache__"))
    tour.run(f"brant admin competition import {SLUG} --host {OWNER} --launch --data server")

    tour.say("Grace enters, and submits what a first baseline makes of the data.")
    with tour.person("grace"):
        tour.run(f"brant competitions join {SLUG}")
        tour.run(f"brant competitions download {SLUG} --unzip -p species")
        tour.run(f"python {SLUG}/baselines/islands.py species islands.csv")
        tour.run(f'brant competitions submit {SLUG} -f islands.csv -m "by island" --wait --yes')
        tour.run(f"brant competitions leaderboard {SLUG} --show")

    tour.say("Edith has a better one. The leaderboard moves.")
    with tour.person("edith"):
        tour.run(f"brant competitions join {SLUG}")
        tour.run(f"python {SLUG}/baselines/neighbours.py species neighbours.csv")
        tour.run(f'brant competitions submit {SLUG} -f neighbours.csv -m "five neighbours" --wait --yes')
        tour.run(f"brant competitions leaderboard {SLUG} --show")


def ask_too_often(tour: Tour) -> None:
    """Lists in a loop until the server asks to wait, which the client does."""
    tour.say(
        "A careless loop: the server slows it down, the client waits as long as it is asked to, and says so."
    )
    tour.run(
        "python -c \"import brant; print(len([brant.whoami(verbose=False) for _ in range(120)]), 'answers')\""
    )


def verify(published: Path, *copies: Path) -> int:
    """Compares every file byte by byte with what was published; returns how many there are."""
    names = sorted(
        path.relative_to(published)
        for path in published.rglob("*")
        if path.is_file() and path.name != "dataset-metadata.json"
    )
    for copy in copies:
        for name in names:
            wanted, found = (
                hashlib.sha256((root / name).read_bytes()).hexdigest() for root in (published, copy)
            )
            if wanted != found:
                sys.exit(f"{copy / name} differs from what was published")
    return len(names)


def main() -> None:
    """The whole tour."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="leave the folder of the tour in place")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="brant-demo-"))
    server = None
    try:
        tour = Tour(folder)
        tour.say("A Kaggle of your own: one process, no container, no database server, no internet.")
        server = serve(tour)
        log_in(tour)
        publish(tour)
        data, cached = fetch(tour)
        damage_and_mend(tour, cached / "penguins.csv")

        tour.say("Verify: both copies against what was published, byte by byte.")
        count = verify(folder / "penguins", data, cached)
        print(f"{count} files, equal in both copies (SHA-256)")

        tour.say("The first rows.")
        with (data / "penguins.csv").open(newline="", encoding="utf-8") as file:
            for _, row in zip(range(4), csv.reader(file), strict=False):
                print("  ".join(f"{cell:<17}" for cell in row[:6]).rstrip())

        compete(tour)
        ask_too_often(tour)

        tour.say("Where everything lies.")
        print(f"server    {folder / 'server'}\ndownload  {data}\ncache     {cached}")
    finally:
        if server is not None:
            server.terminate()
            server.wait(timeout=20)
        if options.keep:
            print(f"\nThe server has stopped. Everything is kept in {folder}")
        else:
            shutil.rmtree(folder)
            print(
                "\nThe server has stopped and the folder is gone; `python examples/demo.py --keep` leaves it."
            )


if __name__ == "__main__":
    main()
