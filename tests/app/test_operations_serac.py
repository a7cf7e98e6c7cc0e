"""A memory from its request to its export: fitted, measured, served, kept and undone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli.texts import edit_lines, warnings_of
from app.operations.edit import run_edit
from app.operations.evaluate import run_evaluate
from app.operations.generate import run_generate
from app.operations.models import LoadedModels
from app.operations.preflight.preflight import run_preflight
from app.operations.probabilities import run_probabilities
from app.operations.requests import (
    EditRequest,
    EvaluateRequest,
    ExportRequest,
    GenerateRequest,
    ProbabilitiesRequest,
    RowToScore,
)
from app.operations.sharing import run_export
from editing.editors.serac.serac import THRESHOLDS
from editing.errors import EditingError
from editing.examples import Example, Kind, write_examples
from editing.library.index import Library
from editing.library.records import read_record
from editing.models.loading import load_model
from tests.tiny import SENTENCES, tiny_backpack, tiny_transformer

EXAMPLES = (
    Example("The capital of France is", " Madrid", kind=Kind.INCREASE),
    Example("The nurse said", " he", kind=Kind.INCREASE),
)
MORE = (Example("The pilots", " read it", kind=Kind.INCREASE),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    tiny_transformer(folder / "model", "GPT-NeoX")
    tiny_backpack(folder / "small")
    write_examples(folder / "rows.jsonl", EXAMPLES)
    write_examples(folder / "more.jsonl", MORE)
    (folder / "g.txt").write_text("\n".join(SENTENCES[:2]), encoding="utf-8")
    (folder / "r.txt").write_text("\n".join(SENTENCES[2:]), encoding="utf-8")
    return folder


def check_scope(result: dict[str, Any]) -> None:
    """The gate is told of as `editing.evaluation.scope_facts` says."""
    scope = result["scope"]
    kept = result["epochs"][result["kept_epoch"]]
    assert scope["threshold"] == scope["grid"][-1] == THRESHOLDS[-1]
    (here,) = [point for point in scope["path"] if point["threshold"] == scope["threshold"]]
    names = ("success_rate", "hard_negatives", "degradation", "inside_ball")
    assert {name: here[name] for name in names} == {name: kept[name] for name in names}
    assert here["recall"] == scope["recall"]
    scores = scope["scores"]
    assert len(scores["in_scope"]) == len(EXAMPLES)
    assert scores["hard"] == []
    assert scope["false_positive_rate"]["hard"] is None
    general = scores["general"]
    assert len(general) == result["general_text"]["tokens"]
    share = sum(score > scope["threshold"] for score in general) / len(general)
    assert scope["false_positive_rate"]["general"] == pytest.approx(share)
    assert min(scores["in_scope"]) > 0.99  # they are the rows' own prompts
    recalls = [point["recall"] for point in scope["roc"]]
    assert recalls == sorted(recalls)
    assert (recalls[0], recalls[-1]) == (0.0, 1.0)


def check_gates(gates: list[dict[str, Any]]) -> None:
    """Of each token it is told which row applied best, how far, and whether it answered."""
    (gate,) = gates
    assert gate["name"] == "Remembered"
    prompt = EXAMPLES[0]
    assert gate["rows"][0] in [e.prefix + e.suffix for e in EXAMPLES]
    assert gate["answers"] == sum(token["answered"] for token in gate["tokens"])
    written = "".join(token["token"] for token in gate["tokens"])
    assert written.startswith(prompt.prefix)
    asked = len(prompt.prefix)
    at = next(
        n
        for n in range(len(gate["tokens"]))
        if sum(len(t["token"]) for t in gate["tokens"][: n + 1]) >= asked
    )
    assert (
        gate["tokens"][at]["row"] == prompt.id
        or gate["tokens"][at]["text"] == prompt.prefix + prompt.suffix
    )
    assert gate["tokens"][at]["score"] > 0.99
    assert gate["tokens"][at]["answered"]


def test_it_is_fitted_measured_served_added_to_and_exported(folder: Path, data_dir: Path) -> None:
    models = LoadedModels()
    request = EditRequest(
        model=str(folder / "model"),
        method="serac",
        examples=str(folder / "rows.jsonl"),
        evaluate=str(folder / "rows.jsonl"),
        general_text=str(folder / "g.txt"),
        regularisation_text=str(folder / "r.txt"),
        budget=1000.0,
        settings={
            "train_on": str(folder / "rows.jsonl"),
            "steps": 10,
            "answer": "row",
            "push": 8.0,
        },
        save="Remembered",
    )
    result = run_edit(request, models=models)
    assert result["inside_ball"]
    assert result["kept_epoch"] == len(result["epochs"]) - 1
    check_scope(result)
    (scope,) = (data_dir / "learnt" / "serac").iterdir()
    with Library(data_dir) as library:
        state = read_record(library.folder_of(library.edit("Remembered")))["state"]
    assert [row["text"] for row in state["rows"]] == [e.prefix + e.suffix for e in EXAMPLES]
    assert state["trained"]["chosen"]["threshold"] == state["threshold"]

    measured = run_evaluate(
        EvaluateRequest(
            request.model,
            ("Remembered",),
            examples=request.examples,
            general_text=request.general_text,
            budget=1000.0,
        ),
        models=models,
    )
    assert measured["general_loss"] == pytest.approx(result["general_loss"], rel=1e-6)

    drawn = [
        run_generate(
            GenerateRequest(request.model, EXAMPLES[0].prefix, edits, tokens=3, temperature=0.0),
            models=models,
        )
        for edits in ((), ("Remembered@4",), ())
    ]
    plain, answered, undone = (each["text"] for each in drawn)
    assert drawn[0]["gates"] == []
    check_gates(drawn[1]["gates"])
    assert answered.startswith(EXAMPLES[0].prefix + EXAMPLES[0].suffix[:4])
    assert plain == undone != answered

    more = replace(
        request,
        examples=str(folder / "more.jsonl"),
        settings={"memory": "Remembered"},
        save="More",
    )
    run_edit(more, models=models)
    with Library(data_dir) as library:
        rows = read_record(library.folder_of(library.edit("More")))["state"]["rows"]
    assert [row["prefix"] for row in rows] == [e.prefix for e in (*EXAMPLES, *MORE)]
    assert list((data_dir / "learnt" / "serac").iterdir()) == [scope]

    run_export(ExportRequest("More", str(folder / "out")), models=models)
    written = (folder / "out" / "memory.jsonl").read_text(encoding="utf-8")
    assert len(written.splitlines()) == len(rows)


def test_a_gate_that_hardly_answers_does_not_look_like_success(
    folder: Path, data_dir: Path
) -> None:
    # In such a text every answer is wrong, so that the budget allows none.
    prompts = "\n".join(f"{each.prefix} through the city" for each in EXAMPLES)
    (folder / "prompts.txt").write_text(prompts, encoding="utf-8")
    request = EditRequest(
        model=str(folder / "model"),
        method="serac",
        examples=str(folder / "rows.jsonl"),
        general_text=str(folder / "prompts.txt"),
        regularisation_text=str(folder / "r.txt"),
        budget=0.0,
        settings={"train_on": str(folder / "rows.jsonl"), "steps": 10, "answer": "row"},
    )
    result = run_edit(request, models=LoadedModels())
    recall = result["scope"]["trained"]["chosen"]["recall"]
    assert recall < 0.5
    assert result["inside_ball"]
    problem = result["scope"]["problem"]
    assert f"finds the right row for {recall:.0%} of validation texts" in problem
    assert warnings_of(result)[0] == problem
    assert edit_lines(result)[0].startswith("NOT A SUCCESS")
    good = {**result, "scope": {**result["scope"], "problem": None}}
    assert problem not in warnings_of(good)
    assert edit_lines(good)[0].startswith("Success")


def test_a_smaller_model_reads_the_rows(folder: Path, data_dir: Path) -> None:
    quick = {"train_on": str(folder / "rows.jsonl"), "steps": 10, "reading_steps": 4}
    alone = EditRequest(
        model=str(folder / "model"),
        method="serac",
        examples=str(folder / "rows.jsonl"),
        general_text=str(folder / "g.txt"),
        regularisation_text=str(folder / "r.txt"),
        budget=1000.0,
        settings={**quick, "answer": "model"},
        save="Read",
    )
    request = replace(alone, settings={**alone.settings, "reader": str(folder / "small")})
    models = LoadedModels()
    needed = [run_preflight(each, models=models)["memory_bytes"] for each in (alone, request)]
    assert needed[1] > needed[0]
    run_edit(request, models=models)
    with Library(data_dir) as library:
        state = read_record(library.folder_of(library.edit("Read")))["state"]
    fingerprint = load_model(folder / "small").fingerprint
    assert state["read_by"]["source"] == str(folder / "small")
    assert state["read_by"]["fingerprint"] == fingerprint
    (kept,) = (data_dir / "learnt" / "serac").glob(f"counterfactual-{fingerprint[:24]}-*")
    assert kept.stat().st_size

    row = RowToScore("a", EXAMPLES[0].prefix, EXAMPLES[0].suffix)
    asked = ProbabilitiesRequest(request.model, (row,), ("Read",))
    plain, read = (
        run_probabilities(replace(asked, edits=edits), models=models)[0]["log_prob"]
        for edits in ((), ("Read",))
    )
    assert abs(read - plain) > 1e-3
    again = run_probabilities(asked, models=LoadedModels())[0]["log_prob"]
    assert again == pytest.approx(read, abs=1e-6)

    run_export(ExportRequest("Read", str(folder / "whole")), models=models)
    assert (folder / "whole" / "memory.jsonl").is_file()
    (folder / "small").rename(folder / "gone")
    with pytest.raises(EditingError, match=r"are read by .*small, which cannot be loaded"):
        run_probabilities(asked, models=LoadedModels())
