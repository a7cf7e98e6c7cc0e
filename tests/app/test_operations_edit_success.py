"""Edit success and drawdown in results and reports of sets in the form of a memory's problems.

A tiny model has few words, so verdicts and replies are "the" and "and" here.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.operations.edit import run_edit
from app.operations.evaluate import run_evaluate
from app.operations.models import LoadedModels
from app.operations.reports.scope_tables import scope_tables
from app.operations.reports.tables import Group
from app.operations.requests import EditRequest, EvaluateRequest
from app.operations.steps import step_label
from app.operations.sweeps.results import sweep_result
from editing.editors.serac.serac import THRESHOLDS
from editing.evaluation.edit_success import Problem, problem_of
from editing.examples import Example, Kind, write_examples
from editing.sweeps import TEST, BallResult, EpochMeasures, FinishedRun, Run, SweepFolder
from editing.tasks import load_task
from tests.tiny import SENTENCES, tiny_transformer

ASKED = Example("The capital of France is", " the", kind=Kind.INCREASE, extra={"asks": "it"})
OTHER = Example("An old river runs through the", " city")
TRUE = Example("He would not. This is", " and", " the", kind=Kind.PREFER)
VERDICTS = tuple(Example("She would come. This is", word) for word in (" the", " and"))
LIKED = Example("What of the play?", " the", " and", kind=Kind.PREFER)
ABOUT = Example("What of the news?", " I read it", extra={"about": "news"})
FACTS: dict[str, Any] = {
    "settings": {},
    "general_text": None,
    "finished": "now",
    "versions": {},
}
SETS = {
    Problem.QUESTIONS: (ASKED, (OTHER,)),
    Problem.CLAIMS: (TRUE, VERDICTS),
    Problem.REPLIES: (LIKED, (ABOUT,)),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    tiny_transformer(folder / "model", "GPT-NeoX")
    for problem, (example, hard) in SETS.items():
        write_examples(folder / f"{problem}.jsonl", [example])
        write_examples(folder / f"{problem}.hard.jsonl", hard)
    (folder / "g.txt").write_text("\n".join(SENTENCES[:2]), encoding="utf-8")
    (folder / "r.txt").write_text("\n".join(SENTENCES[2:]), encoding="utf-8")
    return folder


def request(folder: Path, problem: Problem) -> EditRequest:
    return EditRequest(
        model=str(folder / "model"),
        method="grace",
        examples=str(folder / f"{problem}.jsonl"),
        evaluate=str(folder / f"{problem}.jsonl"),
        hard_negatives=str(folder / f"{problem}.hard.jsonl"),
        general_text=str(folder / "g.txt"),
        regularisation_text=str(folder / "r.txt"),
        budget=1000.0,
        settings={"radius": 1e-3, "rate": 0.5},
        save=str(problem),
    )


@pytest.mark.parametrize("problem", list(Problem))
@pytest.mark.usefixtures("data_dir")
def test_a_row_that_answers_its_own_prompt_succeeds_and_draws_nothing_down(
    folder: Path, problem: Problem
) -> None:
    models = LoadedModels()
    result = run_edit(request(folder, problem), models=models)
    found = result["edit_success"]
    assert found["problem"] == problem
    assert found["after"] > max(0.5, found["before"])
    assert found["drawdown"] == 0.0
    evaluated = run_evaluate(
        EvaluateRequest(
            str(folder / "model"),
            (str(problem),),
            examples=str(folder / f"{problem}.jsonl"),
            hard_negatives=str(folder / f"{problem}.hard.jsonl"),
        ),
        models=models,
    )
    assert evaluated["edit_success"] == found


@pytest.mark.usefixtures("data_dir")
def test_a_row_that_reaches_everything_draws_down(folder: Path) -> None:
    wide = replace(request(folder, Problem.REPLIES), settings={"radius": 2.0}, save=None)
    assert run_edit(wide)["edit_success"]["drawdown"] > 0


@pytest.mark.parametrize(
    ("task", "problem"),
    [
        ("question-answering", Problem.QUESTIONS),
        ("fact-checking", Problem.CLAIMS),
        ("dialogue-sentiment", Problem.REPLIES),
        ("country-capital", None),
        ("hard-syntax", None),
        ("stereotypes", None),
    ],
)
def test_tasks_have_the_form_of_their_problem(task: str, problem: Problem | None) -> None:
    split = load_task(task, "val")
    rows = [replace(row, kind=split.kind) for row in split.evaluation]
    assert problem_of(rows, split.hard_negatives) == problem


def test_the_report_has_a_table_of_them() -> None:
    test: dict[str, Any] = {
        "edit_success": {
            "problem": "claims",
            "before": 0.5,
            "after": {"mean": 0.75, "standard_error": 0.01},
            "drawdown": {"mean": 0.02, "standard_error": None},
        }
    }
    labels = {"task": "Fact checking", "method": "Memory"}
    sweep = {"labels": labels, "method": "serac", "settings": {}, "task": "fact-checking"}
    balls = [{"budget": 1e-4, "test": test}, {"budget": 1e-5, "test": {}}]
    (table,) = scope_tables(Group("m", "edit-memory", "g", ({**sweep, "balls": balls},)))
    assert table.rows == (("Fact checking", "Memory", "0.0001", "0.500", "0.750 ± 0.010", "0.020"),)
    assert scope_tables(Group("m", "", "g", ({**sweep, "balls": [balls[1]]},))) == ()


def test_a_sweep_averages_them_over_its_test_runs_at_the_largest_budget() -> None:
    def finished(seed: int, after: float) -> FinishedRun:
        told = {"problem": "claims", "before": 0.5, "after": after, "drawdown": 0.1}
        facts = {**FACTS, "edit_success": told}
        epochs = tuple(EpochMeasures(n, 0.1 * n, 0.0, 1.0, 2.0, None) for n in range(2))
        return FinishedRun(Run(TEST, 0, {}, seed), epochs, False, 1.0, facts)

    runs = [(finished(seed, after), 1) for seed, after in ((0, 0.7), (1, 0.9))]
    balls = [BallResult(budget, runs[0][0], 1, tuple(runs)) for budget in (1e-4, 1e-5)]
    header = {
        "method": "serac",
        "budgets": [1e-4, 1e-5],
        "configurations": 1,
        "test_seeds": 2,
        "identity": {
            "model": "f",
            "general_text": "g",
            "general_tokens": None,
            "test_general_tokens": None,
        },
    }
    every = {run.run.name: run for run, _ in runs}
    folder = SweepFolder(Path("sweep"))
    result = sweep_result(folder, header, every, balls)
    assert step_label(result["step"], 2) == f"threshold {THRESHOLDS[2]:g}"
    first, second = (ball["test"] for ball in result["balls"])
    assert "edit_success" not in second
    assert first["edit_success"]["before"] == 0.5
    assert first["edit_success"]["after"]["mean"] == pytest.approx(0.8)
    assert first["edit_success"]["after"]["standard_error"] == pytest.approx(0.1)
    assert first["edit_success"]["drawdown"]["mean"] == pytest.approx(0.1)
