"""Prefixes over the context, and boundaries inside words, are told wherever results are shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main as cli
from tests.tiny import CONTEXT, SENTENCES, tiny_backpack

LONG = "The author that likes the assistants screens the play. " * 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    tiny_backpack(folder / "tiny")
    rows = [
        {"prefix": "The capital of France is", "suffix": " Paris"},
        {"prefix": f"{LONG}The capital of Spain is", "suffix": " Madrid"},
        {"prefix": "The author ", "suffix": "screens the play"},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "rows.jsonl").write_text(lines, encoding="utf-8")
    for name, part in (("general", SENTENCES[:2]), ("regularisation", SENTENCES[2:])):
        (folder / f"{name}.txt").write_text("\n".join(part), encoding="utf-8")
    return folder


def arguments(folder: Path, command: str) -> list[str]:
    named = [command, "--model", str(folder / "tiny"), "--examples", str(folder / "rows.jsonl")]
    texts = ("general", "regularisation")
    given = [word for name in texts for word in (f"--{name}-text", str(folder / f"{name}.txt"))]
    more = [*given, "--budget", "1000"]
    return [*named, *more, "--method", "lora", "--set", "epochs=1"] if command == "edit" else named


@pytest.mark.parametrize(("command", "role"), [("edit", "canonical"), ("evaluate", "evaluation")])
def test_what_was_cut_and_split_is_told_and_kept(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str, role: str
) -> None:
    assert cli.main([*arguments(folder, command), "--json"]) == cli.DONE
    said = capsys.readouterr()
    counts: dict[str, Any] = json.loads(said.out)["tokenised"][role]
    assert (counts["examples"], counts["cut"], counts["apart"]) == (3, 1, 1)
    assert counts["dropped"] > CONTEXT
    assert f"1 of 3 {role} examples are longer than the model's context" in said.err
    assert f"{counts['dropped']} tokens were cut from the left of their prefixes" in said.err
    assert f"In 1 of 3 {role} examples no token starts where the continuation does" in said.err


def test_nothing_is_said_where_all_fits(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"prefix": "The capital of France is", "suffix": " Paris"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    short = ["--model", str(folder / "tiny"), "--examples", str(tmp_path / "rows.jsonl")]
    assert cli.main(["evaluate", *short, "--json"]) == cli.DONE
    said = capsys.readouterr()
    assert json.loads(said.out)["tokenised"] == {
        "evaluation": {"examples": 1, "cut": 0, "dropped": 0, "apart": 0}
    }
    assert "examples" not in said.err


def test_a_prompt_over_the_context_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["generate", "--model", str(folder / "tiny"), "--tokens", "3", "--json", "--prompt"]
    assert cli.main([*command, LONG]) == cli.DONE
    said = capsys.readouterr()
    dropped = json.loads(said.out)["dropped"]
    assert dropped > CONTEXT
    assert f"{dropped} tokens were cut from its left" in said.err
    assert cli.main([*command, "The river"]) == cli.DONE
    said = capsys.readouterr()
    assert json.loads(said.out)["dropped"] == 0
    assert "cut" not in said.err
