"""The data folder: which one is chosen, and what lies in it."""

from pathlib import Path

import pytest

from app import paths


def test_a_named_folder_wins_over_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("EXEMPLAR_DATA_DIR", str(tmp_path / "environment"))
    assert paths.data_folder(str(tmp_path / "named")) == tmp_path / "named"


def test_the_environment_wins_over_the_system(tmp_path, monkeypatch):
    monkeypatch.setenv("EXEMPLAR_DATA_DIR", str(tmp_path / "environment"))
    assert paths.data_folder() == tmp_path / "environment"


def test_without_either_the_folder_is_in_the_home(tmp_path, monkeypatch):
    monkeypatch.delenv("EXEMPLAR_DATA_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.data_folder().is_relative_to(tmp_path)


def test_folders_are_there_once_asked_for(tmp_path):
    made = [
        paths.edits_folder(tmp_path),
        paths.jobs_folder(tmp_path),
        paths.logs_folder(tmp_path),
        paths.trash_folder(tmp_path),
        paths.cache_folder(tmp_path),
    ]
    assert sorted(tmp_path.iterdir()) == sorted(made)


def test_the_library_file_is_named_but_not_made(tmp_path):
    assert paths.library_file(tmp_path) == tmp_path / "library.db"
    assert not (tmp_path / "library.db").exists()


def test_the_default_cache_lies_outside_the_data(tmp_path, monkeypatch):
    monkeypatch.delenv("EXEMPLAR_DATA_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not paths.cache_folder().is_relative_to(paths.data_folder())


@pytest.mark.parametrize("name", ["~/exemplar", "./exemplar"])
def test_a_folder_is_returned_in_full(name, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert paths.data_folder(name) == Path(tmp_path) / "exemplar"
