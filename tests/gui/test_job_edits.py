"""Edits that jobs make: taken into the library once, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.folder import JobFolder
from editing.errors import LibraryError
from editing.library.index import Library
from tests.gui.engines import Open, opener, until


@pytest.fixture
def opened(qapp: object, tmp_path: Path) -> Iterator[Open]:
    """Open windows; no engine survives the test."""
    yield from opener(tmp_path)


def test_a_finished_edit_goes_to_the_library_once(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    with qtbot.waitSignal(window.jobs.edit_added) as added:
        job = window.add(save="Capitals")
    rows = window.library.edits()
    assert added.args == [rows[0].id]
    assert window.jobs.job(job).edit == rows[0].id
    later = opened()
    assert later.library.edits() == rows
    assert later.jobs.job(job).failure is None


def test_an_edit_that_was_not_to_be_kept_stays_with_its_job(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    job = window.add(name="Capitals")
    until(qtbot, window, job, "done")
    assert Path(window.jobs.job(job).edit_folder or "").is_dir()
    assert window.library.edits() == []


def test_an_edit_of_a_taken_name_gets_a_number(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    until(qtbot, window, window.add(save="Capitals"), "done")
    until(qtbot, window, window.add(save="Capitals"), "done")
    assert {row.name for row in window.library.edits()} == {"Capitals", "Capitals 2"}


def test_an_edit_the_library_refused_is_offered_again(
    opened: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened()
    with monkeypatch.context() as patch:
        patch.setattr(Library, "add_edit", _refuse)
        job = window.add(save="Capitals")
        qtbot.waitUntil(lambda: window.jobs.job(job).failure is not None)
    assert window.state(job) == "done"
    assert window.library.edits() == []
    later = opened()
    assert [row.name for row in later.library.edits()] == ["Capitals"]
    assert later.jobs.job(job).failure is None


def test_an_edit_whose_adoption_was_not_recorded_is_not_taken_twice(
    opened: Open, qtbot: QtBot
) -> None:
    window = opened()
    job = window.add(save="Capitals")
    until(qtbot, window, job, "done")
    events = JobFolder(window.jobs.job(job).folder).events_file
    lines = [line for line in events.read_text().splitlines(keepends=True) if "adopted" not in line]
    events.write_text("".join(lines))
    later = opened()
    assert len(later.library.edits()) == 1
    assert later.jobs.job(job).edit is not None


def _refuse(_library: Library, _folder: Path, **_more: str) -> None:
    raise LibraryError("The library is locked by another program. Close it.")
