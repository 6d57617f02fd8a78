"""Supervision: as long as the server lives, there is a worker when there is work."""

import sys
from pathlib import Path

import pytest

from brant.server.jobs.supervision import supervising
from brant.server.settings import Settings
from tests.server.jobs.conftest import Room
from tests.server.jobs.processes import until


def test_where_no_worker_can_be_started_another_try_follows(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program, begun = tmp_path / "python", tmp_path / "begun"
    monkeypatch.setattr(sys, "executable", str(program))
    with supervising(Settings(data=room.data, workers=1)):
        until(lambda: "cannot be started" in caplog.text, "a complaint")
        program.write_text(f"#!/bin/sh\ntouch {begun}\ncat\n")
        program.chmod(0o755)
        until(begun.exists, "a worker")
