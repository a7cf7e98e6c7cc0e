"""The command line's progress: notes stay to be read."""

import io
from pathlib import Path

import pytest

from app.cli import main as cli
from app.cli.progress import ProgressLine
from editing.progress import Progress
from tests.tiny import tiny_transformer


def test_a_note_is_written_once_on_a_line_of_its_own() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    line.report(Progress("sampling general text", 0, 1, note="Sampling takes about an hour here."))
    line.report(Progress("sampling general text", 0, 40))
    assert stream.getvalue().splitlines() == [
        "Sampling takes about an hour here.",
        "sampling general text",
    ]


def test_an_edit_says_how_long_sampling_takes_and_offers_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("editing.general_text.sampling_seconds", lambda *_, **__: 1500.0)
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"prefix": "The capital of France is", "suffix": " Paris"}')
    model = tiny_transformer(tmp_path / "tiny", "GPT-2")
    command = [
        *("edit", "--model", str(model), "--examples", str(rows), "--method", "lora"),
        *("--set", "epochs=1", "--general-tokens", "60", "--regularisation-tokens", "60"),
    ]
    assert cli.main(command) == cli.DONE
    said = capsys.readouterr().err
    for role in ("general", "regularisation"):
        sentence = f"Sampling 60 tokens of {role} text takes about 25 minutes here. To spare that,"
        assert f"{sentence} stop and give a file (--{role}-text FILE) or fewer tokens." in said
