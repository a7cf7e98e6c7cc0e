"""The results that come along: computed anew from their runs, of the models as they are."""

import json
import shlex
from pathlib import Path

import pytest

from app.cli.arguments import build_parser
from app.cli.sweep import sweep_request
from app.operations.content import content_name
from app.operations.reports.report import run_report
from app.operations.requests import ReportRequest, SweepRequest
from app.operations.sweeps.identity import sweep_header
from app.operations.sweeps.sweep import sweep_plan
from editing.models.loading import load_model
from editing.sweeps import TEST

RESULTS = "resources/results"


@pytest.fixture
def results(project_folder: Path) -> Path:
    return project_folder / RESULTS


def said_in(file: Path) -> list[str]:
    """The lines of a report but for those on methods that nobody has swept."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "any task: no sweep by" not in line]


def test_the_report_says_what_its_runs_say(results: Path, tmp_path: Path) -> None:
    request = ReportRequest(
        str(results / "sweeps"), str(tmp_path), retention=str(results / "retention")
    )
    told = run_report(request)
    assert not told["problems"]
    of_curves = ("retention.csv", "retention.svg") if told["curves"] else ()
    for name in ("report.md", "results.csv", *of_curves):
        assert said_in(tmp_path / name) == said_in(results / name), (
            f"{name} is not what the runs say. Write it again: exemplar report --sweeps "
            f"{RESULTS}/sweeps --retention {RESULTS}/retention --to {RESULTS}"
        )


def test_the_results_are_those_of_the_bundled_models(results: Path) -> None:
    paths = [*results.glob("sweeps/*/sweep.json"), *results.glob("retention/*/curve.json")]
    headers = [json.loads(path.read_text("utf-8")) for path in paths]
    assert headers
    of_models = {header["model"]: header["identity"]["model"] for header in headers}
    for name, fingerprint in of_models.items():
        assert load_model(name).fingerprint == fingerprint


def test_what_is_kept_is_found_by_the_content_it_is_named_by(results: Path) -> None:
    paths = [*results.glob("sweeps/*/sweep.json"), *results.glob("retention/*/curve.json")]
    for path in paths:
        assert content_name(json.loads(path.read_text("utf-8"))) == path.parent.name


def test_a_sweep_asked_for_as_before_has_the_identity_it_had(results: Path, tmp_path: Path) -> None:
    """Options that came later must not hide what is kept."""
    text = tmp_path / "text.txt"
    text.write_text("Any text.", encoding="utf-8")
    models = {name: load_model(name) for name in ("starter", "starter-large")}
    for path in results.glob("sweeps/*/sweep.json"):
        kept = json.loads(path.read_text("utf-8"))
        request = asked_by(kept["command"], text)
        header = sweep_header(request, sweep_plan(request), models[kept["model"]])
        texts = {name: kept["identity"][name] for name in ("general_text", "regularisation_text")}
        assert content_name({**header, "identity": {**header["identity"], **texts}}) == (
            path.parent.name
        )


def asked_by(command: str, text: Path) -> SweepRequest:
    """Read a command; the texts, which do not come along, are another one."""
    words = shlex.split(command)[1:]
    for flag in ("--general-text", "--regularisation-text"):
        words[words.index(flag) + 1] = str(text)
    return sweep_request(build_parser().parse_args(words))


def test_no_result_was_measured_on_what_training_saw(results: Path) -> None:
    for path in results.glob("sweeps/*/sweep.json"):
        identity = json.loads(path.read_text("utf-8"))["identity"]
        assert identity["general_text"] != identity["regularisation_text"]
        for line in (path.parent / "results.jsonl").read_text("utf-8").splitlines():
            run = json.loads(line)
            wanted = identity["general_tokens"]
            if run["run"]["stage"] == TEST:
                wanted = identity["test_general_tokens"]
            assert wanted <= run["facts"]["general_text"]["tokens"] < wanted + 256


def test_no_curve_was_measured_on_what_training_saw_or_is_half_done(results: Path) -> None:
    for path in results.glob("retention/*/curve.json"):
        header = json.loads(path.read_text("utf-8"))
        assert header["identity"]["general_text"] != header["identity"]["regularisation_text"]
        lines = (path.parent / "points.jsonl").read_text("utf-8").splitlines()
        points = [json.loads(line) for line in lines]
        assert [point["edits"] for point in points] == header["points"]
        wanted = header["identity"]["general_tokens"]
        assert all(wanted <= point["general_loss"]["rows"] < wanted + 256 for point in points)
