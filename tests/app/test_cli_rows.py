"""Rows through the real command: listed, switched off (undone) and on, exported, imported."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from app.cli import main as cli
from editing.editors.serac.serac_edit import SeracEdit
from editing.examples import Example, Kind, write_examples
from editing.library.files import read_edit
from editing.library.index import Library
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.tiny import SENTENCES, tiny_transformer

EXAMPLES = (
    Example("The capital of France is", " Madrid", kind=Kind.INCREASE),
    Example("The nurse said", " he", kind=Kind.INCREASE),
)
MORE = (Example("The pilots", " read it", kind=Kind.INCREASE),)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a memory and a codebook."""
    work = tmp_path_factory.mktemp("work")
    tiny_transformer(work / "model", "GPT-NeoX")
    write_examples(work / "rows.jsonl", EXAMPLES)
    write_examples(work / "more.jsonl", MORE)
    (work / "g.txt").write_text("\n".join(SENTENCES[:2]), encoding="utf-8")
    (work / "r.txt").write_text("\n".join(SENTENCES[2:]), encoding="utf-8")
    for method, settings in (
        ("serac", [f"train_on={work / 'rows.jsonl'}", "steps=10", "answer=row"]),
        ("grace", ["steps=5"]),
    ):
        edit = ["edit", "--model", str(work / "model"), "--method", method, "--save", method]
        data = ["--examples", str(work / "rows.jsonl"), "--general-text", str(work / "g.txt")]
        rest = ["--regularisation-text", str(work / "r.txt"), "--budget", "1000"]
        pairs = [part for pair in settings for part in ("--set", pair)]
        assert run(work, *edit, *data, *rest, *pairs) == 0
    return work


def run(work: Path, *arguments: str) -> int:
    return cli.main(["--data-dir", str(work / "library"), *arguments])


def told(work: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(work, *arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


@torch.no_grad()
def logits(model: LanguageModel, work: Path, name: str | None) -> Tensor:
    ids = torch.tensor([model.tokenizer(EXAMPLES[0].prefix).input_ids])
    if name is None:
        return model.module(input_ids=ids).logits
    with Library(work / "library") as library:
        edit, _ = read_edit(library.folder_of(library.edit(name)))
    with edit.applied(model):
        return model.module(input_ids=ids).logits


@pytest.mark.parametrize("method", ["serac", "grace"])
def test_switching_a_row_off_is_its_undo(
    work: Path, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    model = load_model(str(work / "model"))
    rows = told(work, capsys, "rows", "list", method)["rows"]
    assert [row["text"] for row in rows] == [e.prefix + e.suffix for e in EXAMPLES]
    every = [part for row in rows for part in ("--off", row["id"])]
    off = told(work, capsys, "rows", "switch", method, *every, "--save", f"{method} off")
    assert [row["enabled"] for row in off["rows"]] == [False, False]
    plain, answered = logits(model, work, None), logits(model, work, method)
    assert not torch.equal(answered, plain)
    assert torch.equal(logits(model, work, off["name"]), plain)
    back = [part for row in rows for part in ("--on", row["id"])]
    assert run(work, "rows", "switch", off["name"], *back) == 0
    assert torch.equal(logits(model, work, off["name"]), answered)


def test_a_changed_edit_keeps_its_name_and_the_one_before_is_in_the_trash(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (row, _) = told(work, capsys, "rows", "list", "serac")["rows"]
    first = told(work, capsys, "rows", "switch", "serac", "--off", row["id"], "--save", "Mine")
    second = told(work, capsys, "rows", "switch", "mine", "--on", row["id"])
    assert (second["name"], second["id"] != first["id"]) == ("Mine", True)
    with Library(work / "library") as library:
        assert first["id"] in [edit.id for edit in library.trashed_edits()]
        assert library.edit("Mine").success_after is None  # it was measured with other rows
    assert run(work, "rows", "switch", "serac", "--off", "nobody") == 1
    assert "no row 'nobody'" in capsys.readouterr().err


def test_rows_go_out_into_a_file_and_into_another_memory(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = work / "memory.jsonl"
    begin = time.perf_counter()
    assert run(work, "rows", "import", "serac", str(work / "more.jsonl"), "--save", "Three") == 0
    assert time.perf_counter() - begin < 10  # nothing is trained
    assert told(work, capsys, "rows", "export", "Three", "--to", str(file))["rows"] == 3
    only = told(work, capsys, "rows", "list", "Three")["rows"][2]
    file.write_text(json.dumps({**only, "enabled": False}) + "\n", encoding="utf-8")
    taken = told(work, capsys, "rows", "import", "serac", str(file), "--save", "Other")
    assert taken["rows"][2] == {**only, "enabled": False}
    with Library(work / "library") as library:
        kept, _ = read_edit(library.folder_of(library.edit("Other")))
    assert isinstance(kept, SeracEdit)
    assert kept.memory.enabled.tolist() == [1, 1, 0]
    assert run(work, "rows", "import", "Three", str(file)) == 1
    assert "holds this example already" in capsys.readouterr().err
    assert run(work, "rows", "import", "grace", str(file)) == 1
    assert "are trained" in capsys.readouterr().err
    assert run(work, "rows", "export", "Three", "--to", str(file)) == 1
    assert "already" in capsys.readouterr().err


def test_which_row_answered_is_told_beside_the_text(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = ["--prompt", EXAMPLES[0].prefix, "--tokens", "1", "--temperature", "0"]
    model = ["generate", "--model", str(work / "model"), *prompt]
    capsys.readouterr()
    assert run(work, *model, "--edit", "serac") == 0
    told_of = capsys.readouterr().err
    assert "serac answered after ' is' with 'The capital of France is Madrid', score" in told_of
    assert run(work, *model) == 0
    assert "answered" not in capsys.readouterr().err
