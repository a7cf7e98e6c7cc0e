"""Many edits in a row through the real command: points, going on, and the report."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.cli import main as cli
from app.operations.models import LoadedModels
from app.operations.requests import RetentionRequest
from app.operations.retention.retention import run_retention
from editing import tasks
from editing.errors import EditingError
from editing.progress import Cancelled, Progress, unheard
from tests.tiny import SENTENCES, tiny_backpack

CARD = """
name = "words"
label = "Words"
group = "two-words"
description = "Two words a split."
kind = "increase"
threshold = 0.01
licence = "MIT"
authors = "Exemplar contributors"
card = "For tests."
"""
SPLITS = {"test": ("France", "Spain", "the city"), "val": ("bread", "the river")}
TIMES = (
    *("seconds", "cpu_seconds", "preparing_seconds", "preparing_cpu_seconds"),
    "finished",
)


def write_task(folder: Path) -> None:
    """Write a task of a fact, a context and a hard negative for each of five things."""
    for split, entities in SPLITS.items():
        (folder / split).mkdir(parents=True)
        for name, start in (
            ("canonical", "The capital of"),
            ("evaluation", "People read the news of"),
            ("hard_negatives", "An author of"),
        ):
            rows = [
                {"prefix": f"{start} {entity} is", "suffix": " the", "entity": entity}
                for entity in entities
            ]
            text = "\n".join(json.dumps(row) for row in rows)
            (folder / split / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (folder / "task.toml").write_text(CARD, encoding="utf-8")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    tiny_backpack(folder / "tiny")
    write_task(folder / "tasks" / "words")
    (folder / "g.txt").write_text("\n".join(SENTENCES[:3]), encoding="utf-8")
    (folder / "r.txt").write_text("\n".join(SENTENCES[1:]), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def tiny_task(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have one tiny task built in, and no other."""
    monkeypatch.setattr(tasks, "_tasks_folder", lambda: work / "tasks")


@pytest.fixture(scope="module")
def models() -> LoadedModels:
    return LoadedModels()


Asked = Callable[..., RetentionRequest]


@pytest.fixture
def asked(work: Path) -> Asked:
    def request(*methods: str, **more: Any) -> RetentionRequest:
        given: dict[str, Any] = {
            "points": (1, 3, 5),
            "settings": {f"{methods[0]}.learning_rate": 0.05} if methods else {},
            **more,
        }
        return RetentionRequest(
            model=str(work / "tiny"),
            methods=methods,
            task="words",
            general_text=str(work / "g.txt"),
            regularisation_text=str(work / "r.txt"),
            **given,
        )

    return request


def untimed(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Points without what no two runs have in common."""
    return [{k: v for k, v in point.items() if k not in TIMES} for point in points]


def test_a_curve_that_was_interrupted_goes_on_to_the_same_points(
    asked: Asked, models: LoadedModels, data_dir: Path
) -> None:
    request = asked("lora")
    whole = run_retention(asked("lora", folder=str(data_dir / "other")), models=models)
    stopped_at = 4

    def report(progress: Progress) -> None:
        if progress.phase.startswith("editing") and progress.done >= stopped_at:
            raise Cancelled

    told: list[str] = []
    with pytest.raises(Cancelled):
        run_retention(request, report, models=models, told=told.append)
    (folder,) = (data_dir / "retention").iterdir()
    kept = (folder / "points.jsonl").read_text("utf-8")
    assert [line.split(":")[0] for line in told] == ["LoRA, 1 edits", "LoRA, 3 edits"]
    assert len(kept.splitlines()) == 2
    again = run_retention(request, models=models)
    assert (folder / "points.jsonl").read_text("utf-8").startswith(kept)
    (curve,), (undisturbed,) = again["curves"], whole["curves"]
    assert curve["missing"] == []
    assert untimed(curve["results"]) == untimed(undisturbed["results"])
    assert not list(folder.glob("*.pt"))
    heard: list[Progress] = []
    assert run_retention(request, heard.append, models=models) == again
    assert not [progress for progress in heard if progress.phase.startswith("editing")]


def test_another_dtype_or_window_is_another_curve(
    asked: Asked, models: LoadedModels, data_dir: Path
) -> None:
    one = {"points": (1,)}
    requests = [
        asked("lora", **one),
        asked("lora", **one, dtype="float32"),
        asked("lora", **one, dtype="bfloat16", window=8),
    ]
    curves = [run_retention(request, models=models)["curves"][0] for request in requests]
    usual, spelt_out, coarse = curves
    assert usual["folder"] == spelt_out["folder"] != coarse["folder"]
    assert coarse["command"].count("--dtype bfloat16 --window 8") == 1
    assert (coarse["dtype"], coarse["window"]) == ("bfloat16", 8)
    assert not {"dtype", "window"} & set(usual)
    assert untimed(coarse["results"]) != untimed(usual["results"])


@pytest.fixture
def curves(asked: Asked, models: LoadedModels, tmp_path: Path) -> list[dict[str, Any]]:
    """A method of each kind, kept in `curves`."""
    found: list[dict[str, Any]] = []
    for method, settings in {
        "sense-finetuning": {"learning_rate": 0.3},
        "full-finetuning": {"learning_rate": 0.001},
        "memit": {"steps": 3},
        "grace": {"steps": 3},
    }.items():
        given = {f"{method}.{name}": value for name, value in settings.items()}
        request = asked(method, points=(1, 3), settings=given, folder=str(tmp_path / "curves"))
        found += run_retention(request, models=models)["curves"]
    return found


def test_every_kind_of_method_writes_in_a_row_and_the_report_tells_of_them(
    curves: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for curve in curves:
        first, last = curve["results"]
        assert (first["edits"], len(last["held"])) == (1, 3)
        assert first["contexts"]["rows"] == first["hard_negatives"]["rows"] == 1
        assert last["contexts"]["rows"] == last["hard_negatives"]["rows"] == 3
        assert last["retention"] == last["held"].count("1") / 3
        assert 0 < last["cpu_seconds"] < last["seconds"] + 1
        assert curve["command"].startswith("exemplar retention --model tiny --method")
        assert str(tmp_path) not in json.dumps({k: v for k, v in curve.items() if k != "folder"})
    assert curves[0]["settings"]["epochs"] == 3
    assert "reach" in curves[-1]["results"][0]

    place = ("--sweeps", str(tmp_path / "none"), "--retention", str(tmp_path / "curves"))
    assert cli.main(["report", *place, "--to", str(tmp_path / "report")]) == 0
    said = capsys.readouterr().out
    for curve in curves:
        last = curve["results"][-1]
        label = re.escape(curve["labels"]["method"])
        share = f"{100 * last['retention']:.1f} \\({100 * last['retention_before']:.1f}\\)"
        assert re.search(rf"\| {label} [^|]*\|[^|]*\| {share} ", said)
        assert f"{last['degradation']:.1e}" in said
    _check_files(tmp_path / "report", said, len(curves))


def _check_files(report: Path, said: str, curves: int) -> None:
    rows = list(csv.DictReader((report / "retention.csv").read_text("utf-8").splitlines()))
    assert [row["edits"] for row in rows] == ["1", "3"] * curves
    for name in ("retention.svg", "retention-degradation.svg"):
        assert f"({name})" in said
        drawn = ElementTree.parse(report / name).getroot()
        assert len(drawn.findall("{http://www.w3.org/2000/svg}polyline")) == curves
        assert len(drawn.findall("{http://www.w3.org/2000/svg}circle")) == 2 * curves
    assert (report / "report.html").read_text("utf-8").count("<polyline") == 2 * curves


def test_the_command_prints_what_is_kept(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        *("retention", "--model", str(work / "tiny"), "--method", "lora", "--task", "words"),
        *("--points", "1,2", "--epochs", "1", "--set", "lora.rank=4", "--to", str(tmp_path)),
        *("--general-text", str(work / "g.txt"), "--regularisation-text", str(work / "r.txt")),
    ]
    assert cli.main(arguments) == 0
    spoken = capsys.readouterr()
    assert re.search(r"^LoRA +2 ", spoken.out, re.MULTILINE)
    assert "LoRA, 2 edits:" in spoken.err
    assert cli.main([*arguments, "--json"]) == 0
    (curve,) = json.loads(capsys.readouterr().out)["curves"]
    assert curve["given"] == {"rank": "4"}
    assert curve["settings"]["epochs"] == 1
    lines = (Path(curve["folder"]) / "points.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == curve["results"]


def test_edits_in_a_row_that_memory_does_not_hold_are_refused(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.operations.preflight.proposals.memory_there", lambda: 1)
    arguments = [
        *("retention", "--model", str(work / "tiny"), "--method", "lora", "--task", "words"),
        *("--points", "1", "--epochs", "1", "--to", str(tmp_path / "curves")),
        *("--general-text", str(work / "g.txt"), "--regularisation-text", str(work / "r.txt")),
    ]
    assert cli.main(arguments) == cli.FAILED
    assert "The run needs about" in capsys.readouterr().err
    assert not (tmp_path / "curves").exists()
    assert cli.main([*arguments, "--anyway"]) == cli.DONE


@pytest.mark.parametrize(
    ("methods", "more", "words"),
    [
        ((), {}, "Name a method"),
        (("logit-ensemble",), {"settings": {}}, "cannot be fitted on other edits"),
        (("lora",), {"points": (3, 1)}, "numbers of edits that rise"),
        (("lora",), {"points": ()}, "numbers of edits that rise"),
        (("lora",), {"points": (1, 9)}, "words has 5 facts; 9 edits"),
        (("lora",), {"epochs": 0}, "counted from 1"),
        (("lora",), {"settings": {"rank": 4}}, "named METHOD.NAME"),
        (("lora",), {"settings": {"memit.steps": 4}}, "named METHOD.NAME"),
        (("lora",), {"settings": {"lora.rang": 4}}, "There is no setting 'rang'"),
        (("lora",), {"task": "wurds"}, "wurds"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_kept(
    asked: Asked,
    models: LoadedModels,
    data_dir: Path,
    methods: tuple[str, ...],
    more: dict[str, Any],
    words: str,
) -> None:
    request = RetentionRequest.from_json({**asked(*methods).to_json(), **more})
    with pytest.raises(EditingError, match=re.escape(words)):
        run_retention(request, unheard, models=models)
    assert not (data_dir / "retention").exists()


def test_a_damaged_point_is_named(asked: Asked, models: LoadedModels, data_dir: Path) -> None:
    request = asked("lora", points=(1,))
    run_retention(request, models=models)
    (folder,) = (data_dir / "retention").iterdir()
    (folder / "points.jsonl").write_text("what\n", encoding="utf-8")
    with pytest.raises(EditingError, match="line 1 is damaged"):
        run_retention(request, models=models)
