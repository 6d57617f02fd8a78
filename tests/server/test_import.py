"""`brant admin competition import`: a folder becomes a competition, and a changed folder changes it."""

import io
import runpy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from brant.errors import BrantError, Conflict, InvalidInput, NotFound
from brant.server.domain.services import Services
from brant.server.main import run
from brant.server.store.tables import competition_pages, competitions, files, jobs, uploads, versions

EXAMPLE = Path(__file__).parents[2] / "examples" / "penguin-species"
SLUG = "penguin-species"


class Place:
    """A data folder with the user ada, and a copy of the example beside it."""

    def __init__(self, root: Path) -> None:
        self.data, self.folder = root / "data", root / "penguins"
        shutil.copytree(EXAMPLE, self.folder)
        self.admin("user", "add", "ada")

    def admin(self, *words: str) -> str:
        out = io.StringIO()
        run(["admin", *words, "--data", str(self.data)], environ={}, home=self.data.parent, out=out)
        return out.getvalue()

    def bring_in(self, *words: str) -> list[str]:
        """Imports the folder; the lines that are printed, without the slug before them."""
        printed = self.admin("competition", "import", str(self.folder), *words)
        return [line.removeprefix(f"{SLUG}: ") for line in printed.splitlines()]

    @contextmanager
    def opened(self) -> Iterator[Services]:
        services = Services.open(self.data)
        try:
            yield services
        finally:
            services.close()

    def row(self) -> Any:
        with self.opened() as services, services.db.read() as connection:
            return connection.execute(sa.select(competitions).where(competitions.c.slug == SLUG)).one()

    def ask(self, *columns: Any) -> list[Any]:
        """The values of one column, or tuples of several."""
        with self.opened() as services, services.db.read() as connection:
            rows = connection.execute(sa.select(*columns)).all()
        return sorted(row[0] if len(columns) == 1 else tuple(row) for row in rows)

    def replace(self, name: str, old: str, new: str) -> None:
        file = self.folder / name
        content = file.read_text("utf-8")
        assert old in content
        file.write_text(content.replace(old, new), "utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_folder_becomes_a_launched_competition_with_everything_in_it(place: Place) -> None:
    said = place.bring_in("--host", "ada", "--launch")
    assert said[0] == "made it, hosted by ada"
    assert said[-1] == "launched it"
    row = place.row()
    assert (row.title, row.privacy, row.metric, row.higher_is_better) == (
        "Penguin Species",
        "PUBLIC",
        "balanced_accuracy",
        True,
    )
    assert (row.max_daily_submissions, row.max_team_size, row.row_id_column) == (10, 3, "id")
    assert (row.solution_name, row.sample_name, row.data_number) == (
        "solution.csv",
        "sample_submission.csv",
        1,
    )
    assert place.ask(files.c.path) == ["SOURCE.md", "sample_submission.csv", "test.csv", "train.csv"]
    pages = dict(place.ask(competition_pages.c.name, competition_pages.c.content))
    assert pages["rules"] == (EXAMPLE / "rules.md").read_text("utf-8")
    assert "README" not in pages
    assert ("solution", row.id) in place.ask(jobs.c.kind, jobs.c.subject_id)
    assert set(place.ask(uploads.c.state)) == {"used"}


def test_the_solution_is_no_part_of_the_data(place: Place) -> None:
    place.bring_in("--host", "ada")
    assert place.row().solution_sha256 not in place.ask(files.c.sha256)


def test_the_same_again_changes_nothing(place: Place) -> None:
    place.bring_in("--host", "ada", "--launch")
    before = place.row()
    assert place.bring_in("--launch") == ["it is up to date"]
    assert place.row() == before
    assert len(place.ask(versions.c.number)) == 1


def test_without_launch_nobody_sees_it_and_that_is_said(place: Place) -> None:
    assert "--launch opens it" in place.bring_in("--host", "ada")[-1]
    assert place.row().launched is None
    assert place.bring_in("--launch") == ["launched it"]


def test_a_declared_start_is_kept_until_then(place: Place) -> None:
    with (place.folder / "competition.toml").open("a") as file:
        file.write("[deadlines]\nstart = 2100-01-01T00:00:00Z\nend = 2100-02-01T00:00:00Z\n")
    assert place.bring_in("--host", "ada", "--launch")[-1] == f"{SLUG} opens at 2100-01-01 00:00 UTC"


@pytest.mark.parametrize(
    ("name", "old", "new", "outcome"),
    [
        (
            "competition.toml",
            "daily_submissions = 10",
            "daily_submissions = 7",
            ("set max daily submissions", 0),
        ),
        ("competition.toml", '"balanced_accuracy"', '"accuracy"', ("set metric", 1)),
        ("competition.toml", "bill, flipper", "wing, flipper", ("set brief description", 0)),
        ("rules.md", "up to three", "up to four", ("wrote the page rules", 0)),
        ("data/train.csv", "Torgersen", "Biscoe", ("published version 2 of the data (4 files)", 0)),
        ("sample_submission.csv", "Adelie", "Gentoo", ("published version 2 of the data (4 files)", 0)),
        ("solution.csv", "Gentoo", "Adelie", ("took solution.csv", 1)),
    ],
)
def test_a_change_in_the_folder_changes_that_alone(
    place: Place, name: str, old: str, new: str, outcome: tuple[str, int]
) -> None:
    """`outcome`: what is said, and by how much the revision grows, with which all is scored again."""
    said, revisions = outcome
    place.bring_in("--host", "ada", "--launch")
    before = place.row()
    place.replace(name, old, new)
    assert place.bring_in() == [said]
    after = place.row()
    assert after.revision - before.revision == revisions
    assert after.data_number - before.data_number == ("published" in said)
    assert place.bring_in() == ["it is up to date"]


def test_a_sample_submission_from_elsewhere_stays_and_is_no_change(place: Place) -> None:
    place.bring_in("--host", "ada", "--launch")
    (place.folder / "sample_submission.csv").unlink()
    assert place.bring_in() == ["it is up to date"]
    place.replace("data/train.csv", "Torgersen", "Biscoe")
    assert place.bring_in() == ["published version 2 of the data (3 files)"]
    assert "sample_submission.csv" in place.ask(files.c.path)
    assert place.bring_in() == ["it is up to date"]


def test_a_metric_of_ones_own_comes_from_its_file(place: Place) -> None:
    place.replace("competition.toml", '"balanced_accuracy"', '"custom"\nhigher_is_better = true')
    code = "def score(solution, submission, row_id_column_name):\n    return 1.0\n"
    (place.folder / "metric.py").write_text(code)
    place.bring_in("--host", "ada")
    first = place.row()
    assert (first.metric, first.higher_is_better) == ("custom", True)
    assert place.bring_in()[0] == "it is up to date"
    (place.folder / "metric.py").write_text(code.replace("1.0", "0.5"))
    assert place.bring_in()[0] == "set metric"
    assert place.row().metric_sha256 != first.metric_sha256


def test_what_ended_half_way_goes_on(place: Place) -> None:
    place.replace("competition.toml", '"balanced_accuracy"', '"no_such_metric"')
    with pytest.raises(InvalidInput, match="no_such_metric"):
        place.bring_in("--host", "ada", "--launch")
    place.replace("competition.toml", '"no_such_metric"', '"balanced_accuracy"')
    assert place.bring_in("--launch")[-1] == "launched it"
    assert place.row().launched is not None


def test_a_host_is_named_for_a_new_one_and_it_stays_theirs(place: Place) -> None:
    with pytest.raises(InvalidInput, match="--host NAME"):
        place.bring_in()
    with pytest.raises(NotFound, match="no user 'bob'"):
        place.bring_in("--host", "bob")
    place.bring_in("--host", "Ada")
    place.admin("user", "add", "bob")
    with pytest.raises(Conflict, match="hosted by ada"):
        place.bring_in("--host", "bob")


def test_who_may_see_it_cannot_change(place: Place) -> None:
    place.bring_in("--host", "ada")
    place.replace("competition.toml", '"public"', '"private"')
    with pytest.raises(InvalidInput, match="was made public"):
        place.bring_in()


def test_a_folder_that_is_refused_leaves_nothing(place: Place) -> None:
    (place.folder / "data" / "passwd").symlink_to("/etc/passwd")
    with pytest.raises(BrantError, match="leads out") as refused:
        place.bring_in("--host", "ada", "--launch")
    assert "\n" not in refused.value.message
    assert place.ask(competitions.c.id) == []
    assert place.ask(uploads.c.state) == []


def test_the_example_is_what_its_program_makes(tmp_path: Path) -> None:
    examples = tmp_path / "examples"
    shutil.copytree(EXAMPLE, examples / SLUG)
    shutil.copytree(EXAMPLE.with_name("penguins"), examples / "penguins")
    for made in [*(examples / SLUG).glob("*.csv"), *(examples / SLUG / "data").glob("*.csv")]:
        made.unlink()
    runpy.run_path(str(examples / SLUG / "make.py"), run_name="__main__")
    for name in ("data/train.csv", "data/test.csv", "solution.csv", "sample_submission.csv"):
        assert (examples / SLUG / name).read_bytes() == (EXAMPLE / name).read_bytes(), name
