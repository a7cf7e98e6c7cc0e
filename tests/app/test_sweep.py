"""Sweeps and their report through the real command: numbers, files, going on after Ctrl-C."""

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import main as cli
from app.operations.models import LoadedModels
from app.operations.reports.document import report_document
from app.operations.requests import SweepRequest
from app.operations.sweeps.one_run import carry_out_run
from app.operations.sweeps.sweep import run_sweep
from editing import tasks
from editing.errors import LibraryError
from editing.library.index import Library
from editing.library.sweep_rows import SweepRows
from editing.progress import Cancelled, Progress, StoppedEarly
from editing.sweeps import SEARCH, TEST, Run, kept_epoch
from tests.tiny import SENTENCES, tiny_backpack

BUDGETS = (1.0, 3e-2, 3e-3)
CARD = """
name = "words"
label = "Words"
group = "two-words"
description = "Two words a split."
kind = "increase"
threshold = 0.0055
licence = "MIT"
authors = "Exemplar contributors"
card = "For tests."
"""
SPLITS = {
    "val": (("France", "the"), ("Spain", "and")),
    "test": (("Spain", "the"), ("France", "and")),
}
"""Words of one token each, so that a tiny model's success moves."""


def write_task(folder: Path) -> None:
    """Write a task of six canonical examples a split, in the form of the built-in ones."""
    for split, pairs in SPLITS.items():
        rows = {
            "canonical": [
                (f"{start} of {land} is", f" {word}")
                for land, word in pairs
                for start in ("The capital", "A city", "The news")
            ],
            "evaluation": [
                (f"{start} {land}. The capital is", f" {word}")
                for land, word in pairs
                for start in ("An old river runs through", "People buy bread in", "The news of")
            ],
            "hard_negatives": [("The nurse said", " she")],
        }
        (folder / split).mkdir(parents=True)
        for name, each in rows.items():
            lines = [json.dumps({"prefix": prefix, "suffix": suffix}) for prefix, suffix in each]
            (folder / split / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "task.toml").write_text(CARD, encoding="utf-8")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    tiny_backpack(folder / "tiny")
    write_task(folder / "tasks" / "words")
    write_task(folder / "tasks" / "other")
    (folder / "g.txt").write_text("\n".join(SENTENCES[:3]), encoding="utf-8")
    (folder / "r.txt").write_text("\n".join(SENTENCES[1:]), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def tiny_tasks(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two tiny tasks built in, and no other."""
    monkeypatch.setattr(tasks, "_tasks_folder", lambda: work / "tasks")


@pytest.fixture(scope="module")
def models() -> LoadedModels:
    return LoadedModels()


@pytest.fixture
def request_(work: Path) -> SweepRequest:
    return SweepRequest(
        model=str(work / "tiny"),
        task="words",
        budgets=BUDGETS,
        configurations=3,
        test_seeds=2,
        general_text=str(work / "g.txt"),
        regularisation_text=str(work / "r.txt"),
        settings={"epochs": 3, "learning_rate": 0.4},
    )


@pytest.fixture
def arguments(work: Path) -> list[str]:
    return [
        *("sweep", "--model", str(work / "tiny"), "--task", "words"),
        *("--method", "sense-finetuning", "--budget", "1,3e-2,3e-3", "--configurations", "3"),
        *("--test-seeds", "2", "--general-text", str(work / "g.txt")),
        *("--regularisation-text", str(work / "r.txt"), "--set", "epochs=3"),
        *("--set", "learning_rate=0.4"),
    ]


def lines_of(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "results.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def without_times(result: dict[str, Any]) -> dict[str, Any]:
    """A result without what differs between two times it is computed."""
    runs = [
        {name: value for name, value in run.items() if name not in ("seconds", "finished")}
        for run in result["runs"]
    ]
    kept = {n: v for n, v in result.items() if n not in ("seconds", "folder", "measured_on")}
    return {**kept, "runs": sorted(runs, key=lambda run: run["name"])}


def test_a_sweep_s_numbers_follow_from_its_runs(
    arguments: list[str], capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    assert cli.main([*arguments, "--json"]) == cli.DONE
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    folder = data_dir / "sweeps" / result["sweep"]
    runs = {line["name"]: line for line in lines_of(folder)}
    searches = [name for name in runs if name.startswith("search")]
    assert searches == ["search-000", "search-001", "search-002"]
    for name in runs:
        assert name in captured.err
    assert [ball["budget"] for ball in result["balls"]] == list(BUDGETS)
    for ball in result["balls"]:
        budget = ball["budget"]
        check_validation(ball, [runs[name] for name in searches], budget)
        kept = ball["validation"]["kept_epoch"]
        kept_on_test = [inside(runs[name]["epochs"], budget, kept) for name in ball["test"]["runs"]]
        before = [runs[name]["epochs"][0] for name in ball["test"]["runs"]]
        for measure, estimate in (
            ("success_rate", ball["test"]["success_change"]),
            ("hard_negatives", ball["test"]["hard_negatives_change"]),
            ("degradation", ball["test"]["degradation"]),
        ):
            pairs = zip(kept_on_test, before, strict=True)
            first, second = (after[measure] - start[measure] for after, start in pairs)
            assert estimate["mean"] == pytest.approx((first + second) / 2)
            # The sample deviation of two numbers is their distance / sqrt 2; another sqrt 2 is n's.
            assert estimate["standard_error"] == pytest.approx(abs(first - second) / 2)
    large, middle, small = result["balls"]
    assert large["test"]["degradation"]["standard_error"] > 0  # the seeds do differ
    assert large["test"]["success_change"]["mean"] > 0
    assert len({ball["configuration"] for ball in result["balls"]}) == 3
    assert small["validation"]["kept_epoch"] == 0 < middle["validation"]["kept_epoch"]
    assert result["missing"] == {"configurations": 0, "test_runs": 0}
    assert json.loads((folder / "sweep.json").read_text(encoding="utf-8"))["format"] == 1


def inside(epochs: list[dict[str, Any]], budget: float, up_to: int) -> dict[str, Any]:
    """The last of a run's epochs in the ball."""
    return [e for e in epochs[: up_to + 1] if e["epoch"] == 0 or e["degradation"] <= budget][-1]


def check_validation(ball: dict[str, Any], runs: list[dict[str, Any]], budget: float) -> None:
    def merit(run: dict[str, Any]) -> tuple[float, float]:
        kept = inside(run["epochs"], budget, 3)
        return kept["success_rate"], -kept["degradation"]

    best = max(runs, key=merit)
    assert ball["validation"]["run"] == best["name"]
    success, degraded = merit(best)
    assert ball["validation"]["success_rate"]["after"] == success
    assert ball["validation"]["degradation"] == -degraded
    assert ball["settings"] == best["facts"]["settings"]


def test_the_same_command_goes_on_after_ctrl_c(
    arguments: list[str],
    request_: SweepRequest,
    models: LoadedModels,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    undisturbed = run_sweep(replace(request_, folder=str(tmp_path / "a")), models=models)
    arguments += ["--sweeps", str(tmp_path / "b")]
    monkeypatch.setattr(cli.ProgressLine, "report", pressing_ctrl_c(at_step=8))  # 6 a run
    assert cli.main(arguments) == cli.INTERRUPTED
    assert "the same command goes on" in capsys.readouterr().err
    (folder,) = (tmp_path / "b").iterdir()
    before = lines_of(folder)
    assert [line["name"] for line in before] == ["search-000"]
    monkeypatch.undo()
    monkeypatch.setattr(tasks, "_tasks_folder", lambda: Path(request_.model).parent / "tasks")
    assert cli.main([*arguments, "--json"]) == cli.DONE
    result = json.loads(capsys.readouterr().out)
    assert lines_of(folder)[0] == before[0]
    assert without_times(result) == without_times(undisturbed)
    assert len(result["runs"]) == len(lines_of(folder))  # nothing was done twice


def pressing_ctrl_c(*, at_step: int) -> Callable[[Any, Progress], None]:
    """A report that interrupts a training."""
    steps = 0

    def report(self: object, progress: Progress) -> None:
        nonlocal steps
        steps += progress.phase == "training"
        if steps == at_step:
            raise KeyboardInterrupt

    return report


@pytest.mark.parametrize("method", ["sense-finetuning", "full-finetuning"])
def test_a_run_that_was_given_up_is_kept_for_the_same_epochs(
    method: str, request_: SweepRequest, models: LoadedModels
) -> None:
    rates = {"sense-finetuning": 10.0, "full-finetuning": 0.3}
    request = replace(
        request_,
        method=method,
        budgets=(1e-3, 1e-5),
        settings={"epochs": 8, "kl_weight": 0.0, "learning_rate": rates[method]},
    )
    run = Run(SEARCH, 0, {}, 0)
    pruned = carry_out_run(request, run, models=models)
    whole = carry_out_run(replace(request, prune=False), run, models=models)
    assert (pruned.was_pruned, whole.was_pruned) == (True, False)
    assert len(pruned.epochs) < len(whole.epochs) == 9
    assert pruned.epochs == whole.epochs[: len(pruned.epochs)]
    for budget in request.budgets:
        assert kept_epoch(pruned.epochs, budget) == kept_epoch(whole.epochs, budget)


@pytest.mark.parametrize("method", ["sense-finetuning", "lora", "full-finetuning", "memit"])
def test_a_test_run_ends_at_the_epoch_kept_and_trains_like_a_whole_one(
    method: str, request_: SweepRequest, models: LoadedModels
) -> None:
    request = replace(request_, method=method, settings={})
    whole = carry_out_run(request, Run(TEST, 0, {}, 1), models=models)
    last = len(whole.epochs) - 1
    widest = max(epoch.degradation for epoch in whole.epochs) + 1.0
    for end in (last, 1, 0):
        run = Run(TEST, 0, {}, 1, last_epoch=end, ends=((widest, end),))
        short = carry_out_run(request, run, models=models)
        assert len(short.epochs) == end + 1
        assert short.epochs[end] == whole.epochs[end]
        assert short.epochs[0] == whole.epochs[0]


@pytest.mark.parametrize("method", ["sense-finetuning", "lora", "full-finetuning"])
def test_measuring_from_the_end_finds_the_same_epochs(
    method: str, request_: SweepRequest, models: LoadedModels
) -> None:
    rate = {"full-finetuning": 3e-3}.get(method, 0.03)
    request = replace(request_, method=method, settings={"learning_rate": rate, "epochs": 5})
    whole = carry_out_run(request, Run(TEST, 0, {}, 1), models=models)
    degraded = sorted(epoch.degradation for epoch in whole.epochs)
    budgets = [*degraded, degraded[-1] + 1.0]
    for end in (5, 3):
        ends = tuple((budget, end) for budget in budgets if budget > 0)
        run = Run(TEST, 0, {}, 1, last_epoch=end, ends=ends)
        short = carry_out_run(request, run, models=models)
        for budget, _ in ends:
            kept = kept_epoch(whole.epochs, budget, up_to=end)
            assert kept_epoch(short.epochs, budget, up_to=end) == kept
            assert short.epochs[kept] == whole.epochs[kept]


def test_an_epoch_that_no_ball_asks_about_is_not_measured(
    request_: SweepRequest, models: LoadedModels
) -> None:
    request = replace(request_, method="lora")
    run = Run(TEST, 0, {}, 1, last_epoch=3, ends=((1e9, 3),))
    epochs = carry_out_run(request, run, models=models).epochs
    assert [epoch.exact for epoch in epochs] == [True, False, False, True]


@pytest.mark.parametrize("outcome", [Cancelled, StoppedEarly])
def test_half_a_run_is_no_result(
    outcome: type[Exception], request_: SweepRequest, models: LoadedModels, data_dir: Path
) -> None:
    def report(progress: Progress) -> None:
        if progress.phase == "training" and progress.done > 2:
            raise outcome

    with pytest.raises(Cancelled):
        run_sweep(request_, report, models=models)
    (folder,) = (data_dir / "sweeps").iterdir()
    assert not (folder / "results.jsonl").exists()


def test_another_text_or_task_is_another_sweep(
    request_: SweepRequest, models: LoadedModels, work: Path, tmp_path: Path
) -> None:
    request = replace(request_, configurations=1, test_seeds=1)
    other_text = tmp_path / "g.txt"
    other_text.write_text("\n".join(SENTENCES[:2]), encoding="utf-8")
    first = run_sweep(request, models=models)
    again = run_sweep(replace(request, model=str(work / "tiny")), models=models)
    other = run_sweep(replace(request, general_text=str(other_text)), models=models)
    assert first["sweep"] == again["sweep"] != other["sweep"]
    assert first["runs"] == again["runs"]


def test_another_dtype_or_window_is_another_sweep_and_goes_on_by_its_command(
    arguments: list[str], capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    short = ["--configurations", "1", "--test-seeds", "1", "--json"]
    flags = ["--dtype", "bfloat16", "--window", "8"]
    results: list[dict[str, Any]] = []
    for more in ([], flags, flags, ["--dtype", "float32"]):
        assert cli.main([*arguments, *short, *more]) == cli.DONE
        said = capsys.readouterr()
        results.append(json.loads(said.out))
    usual, coarse, again, spelt_out = results
    assert spelt_out["sweep"] == usual["sweep"] != coarse["sweep"] == again["sweep"]
    assert again["runs"] == coarse["runs"]
    assert usual["general_text_key"] != coarse["general_text_key"]
    assert usual["balls"] != coarse["balls"]
    header = json.loads((data_dir / "sweeps" / coarse["sweep"] / "sweep.json").read_text("utf-8"))
    assert header["command"].endswith("--set epochs=3 --set learning_rate=0.4")
    assert " --dtype bfloat16 --window 8 " in header["command"]
    assert (header["identity"]["dtype"], header["identity"]["window"]) == ("bfloat16", 8)
    assert not {"dtype", "window"} & set(usual)
    assert cli.main(["report"]) == cli.DONE
    assert "tokens, in bfloat16, by windows of 8" in capsys.readouterr().out


def test_a_program_set_to_bfloat16_does_not_go_on_with_a_sweep_in_float32(
    request_: SweepRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = replace(request_, configurations=1, test_seeds=1)
    usual = run_sweep(request)
    monkeypatch.setenv("EXEMPLAR_DTYPE", "bfloat16")
    coarse = run_sweep(request)
    assert coarse["sweep"] != usual["sweep"]
    assert coarse["dtype"] == "bfloat16"


def test_a_sweep_that_memory_does_not_hold_is_refused_with_what_would_do(
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    data_dir: Path,
) -> None:
    monkeypatch.setattr("app.operations.preflight.proposals.memory_there", lambda: 1)
    few = ("--configurations", "1", "--test-seeds", "1")
    assert cli.main([*arguments, *few]) == cli.FAILED
    said = capsys.readouterr().err
    assert "The run needs about" in said
    assert "--anyway" in said
    assert not (data_dir / "sweeps").exists()
    assert cli.main([*arguments, *few, "--anyway"]) == cli.DONE


def test_a_budget_too_fine_for_bfloat16_is_warned_of(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    few = ("--configurations", "1", "--test-seeds", "1", "--budget", "1,1e-5")
    assert cli.main([*arguments, *few, "--dtype", "bfloat16"]) == cli.DONE
    assert "too coarse to tell what is within a budget of 1e-05" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--task", "nothing"), "There is no task 'nothing'"),
        (("--method", "magic"), "There is no method 'magic'"),
        (("--configurations", "0"), "at least one configuration"),
        (("--general-text", "nowhere.txt"), "There is no file nowhere.txt"),
        (("--set", "rank=3"), "There is no setting 'rank'"),
    ],
)
def test_what_cannot_be_swept_is_said_before_anything_is_kept(
    flags: tuple[str, str],
    sentence: str,
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    data_dir: Path,
) -> None:
    assert cli.main([*arguments, *flags]) == cli.FAILED
    assert sentence in capsys.readouterr().err
    assert not (data_dir / "sweeps").exists()


def test_the_report_tells_every_number_and_what_is_missing(
    request_: SweepRequest,
    models: LoadedModels,
    work: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    request = replace(request_, folder=str(tmp_path / "sweeps"), settings={"epochs": 2})
    senses = run_sweep(request, models=models)
    lora = run_sweep(replace(request, method="lora"), models=models)
    other = {"epochs": 2, "kl_weight": 0.1}
    run_sweep(replace(request, settings=other, configurations=1, test_seeds=1), models=models)
    unfinished = tmp_path / "sweeps" / lora["sweep"] / "results.jsonl"
    lines = unfinished.read_text(encoding="utf-8").splitlines(keepends=True)
    unfinished.write_text("".join(lines[:-1]), encoding="utf-8")
    to = tmp_path / "report"
    flags = ("--sweeps", str(tmp_path / "sweeps"), "--to", str(to))
    assert cli.main(["report", *flags]) == cli.DONE
    markdown = capsys.readouterr().out
    assert markdown == (to / "report.md").read_text(encoding="utf-8")
    for ball in senses["balls"]:
        change = ball["test"]["success_change"]
        text = f"{100 * change['mean']:+.1f} ± {100 * change['standard_error']:.1f}"
        assert f"| {text}" in markdown
    assert re.search(r"tiny, LoRA \(epochs 2\), other: no sweep", markdown)
    assert f"{lora['sweep']}: 0 of 3 configurations and 1 test runs; go on with" in markdown
    methods = "LoRA (epochs 2)", "Sense finetuning (epochs 2)"
    columns = " | ".join([*methods, "Sense finetuning (epochs 2, kl_weight 0.1)"])
    assert f"Initial success | {columns}" in markdown
    assert re.search(r"g\.txt, \d+ tokens", markdown)
    assert str(work) not in markdown
    assert "## tiny, two words: degradation on g.txt" in markdown
    html = (to / "report.html").read_text(encoding="utf-8")
    assert "<svg" in html
    assert not re.search(r"https?:|src=|href=|@import|url\(", html)
    check_csv(to / "results.csv", senses)
    check_groups_stay_apart(senses)


def check_groups_stay_apart(sweep: dict[str, Any]) -> None:
    groups = {"words": "one", "other": "one", "apart": "two", "missing": "three"}
    methods = {"sense-finetuning": "Sense finetuning", "lora": "LoRA", "memit": "MEMIT"}
    document = report_document([sweep, {**sweep, "task": "apart"}], groups, methods)
    titles = [section.title.partition(":")[0] for section in document[1:3]]
    assert titles == ["tiny, one", "tiny, two"]
    (missing,) = (section.bullets for section in document if section.title == "What is missing")
    unswept = "tiny, any task: no sweep by LoRA, MEMIT"
    other, *rest = missing
    assert other.endswith("other: no sweep")
    assert rest == [unswept, unswept]


def check_csv(path: Path, result: dict[str, Any]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["sweep"] == result["sweep"]]
    assert len(rows) == len(result["balls"])
    for row, ball in zip(rows, result["balls"], strict=True):
        assert float(row["test_success_change"]) == ball["test"]["success_change"]["mean"]
        assert row["test_runs"].split() == ball["test"]["runs"]
        assert row["validation_run"] == ball["validation"]["run"]


def test_a_report_without_sweeps_says_how_to_get_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report"]) == cli.FAILED
    assert "exemplar sweep" in capsys.readouterr().err


def test_every_run_of_a_sweep_is_a_row_in_the_library(
    arguments: list[str], capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    assert cli.main([*arguments, "--json"]) == cli.DONE
    told = json.loads(capsys.readouterr().out)
    with Library(data_dir) as library:
        rows = SweepRows(library).of(told["sweep"])
        again = SweepRows(library).index(Path(told["folder"]))
        assert SweepRows(library).all() != []
        assert SweepRows(library).of(told["sweep"]) == rows  # the same runs replace themselves
    assert again == len(rows) == len(told["runs"])
    lines = {line["name"]: line for line in lines_of(Path(told["folder"]))}
    for row in rows:
        line = lines[row.run]
        assert (row.task, row.method) == ("words", "sense-finetuning")
        assert row.settings == line["facts"]["settings"]
        assert [dict(epoch) for epoch in row.epochs] == line["epochs"]
        assert (row.stage, row.seed) == (line["run"]["stage"], line["run"]["seed"])


def test_a_sweep_s_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_text("{", encoding="utf-8")
    with Library(tmp_path / "data") as library, pytest.raises(LibraryError, match=r"Run it again"):
        SweepRows(library).index(tmp_path)
