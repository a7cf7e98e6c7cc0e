"""Judgements of generated texts: kept with the edit, replaced, forgotten, never lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from editing.editors.sense_edit import SenseEdit
from editing.errors import LibraryError
from editing.library.files import write_edit
from editing.library.index import Library
from editing.library.judged_texts import JudgedText, judged_texts, keep_judgement
from editing.library.records import read_record, write_record


def put_edit(library: Library) -> str:
    result = {"budget": 1e-4, "seed": 0, "strength": 1.0, "kept_epoch": 1, "inside_ball": True}
    record: dict[str, Any] = {
        "name": "Capitals",
        "created": "2026-01-01T00:00:00+00:00",
        "method": "sense-finetuning",
        "model": {"source": "starter", "fingerprint": "f"},
        "notes": "",
        "tags": [],
        "result": {
            **result,
            "degradation": 0.0,
            "success_rate": {"before": 0.1, "after": 0.4},
            "hard_negatives": {"before": None, "after": None},
        },
    }
    edit = SenseEdit(torch.tensor([4]), torch.tensor([0]), torch.ones(1, 3), torch.ones(1))
    return library.add_edit(write_edit(library.edits_folder, edit.state(), record)).id


@pytest.fixture
def library(tmp_path: Path) -> Any:
    with Library(tmp_path) as opened:
        yield opened


def text(edit: str, **changes: Any) -> JudgedText:
    made = JudgedText("The capital is", " Lima.", ((edit, 1.0),), 0, 0.0, 40, True, "good")
    return replace(made, **{"judged": "2026-01-01T00:00:00+00:00", **changes})


def test_they_survive_a_restart_a_rename_and_a_rebuild(library: Library, tmp_path: Path) -> None:
    edit = put_edit(library)
    keep_judgement(library, edit, text(edit))
    keep_judgement(library, edit, text(edit, seed=1, liked=False, judged="2026-01-02"))
    library.rename(edit, "Renamed")
    library.rebuild()
    with Library(tmp_path) as again:
        assert [each.liked for each in judged_texts(again, edit)] == [False, True]
        assert judged_texts(again, "Renamed")[1] == text(edit)
        assert again.verify() == []


def test_a_judgement_takes_the_place_of_the_one_before(library: Library) -> None:
    edit = put_edit(library)
    keep_judgement(library, edit, text(edit))
    keep_judgement(library, edit, text(edit, liked=False, note="on second thought"))
    (kept,) = judged_texts(library, edit)
    assert (kept.liked, kept.note) == (False, "on second thought")
    keep_judgement(library, edit, text(edit, liked=None, note=" "))
    assert judged_texts(library, edit) == []


def test_a_trashed_edit_takes_them_along(library: Library) -> None:
    edit = put_edit(library)
    keep_judgement(library, edit, text(edit))
    library.trash(edit)
    library.restore(edit)
    assert judged_texts(library, edit) == [text(edit)]


def test_what_a_newer_version_says_more_is_passed_over_and_nonsense_is_told(
    library: Library,
) -> None:
    edit = put_edit(library)
    keep_judgement(library, edit, text(edit))
    folder = library.folder_of(library.edit(edit))
    record = read_record(folder)
    record["judged_texts"][0]["stars"] = 5
    write_record(folder, record)
    assert judged_texts(library, edit) == [text(edit)]
    write_record(folder, {**record, "judged_texts": [{"prompt": "x"}]})
    with pytest.raises(LibraryError, match="cannot be read"):
        judged_texts(library, edit)
    with pytest.raises(LibraryError):
        judged_texts(library, "gone")
