"""Tell the results of sweeps and of many edits in a row, as Markdown, CSV and HTML.

Everything is computed anew from the runs' lines, so that a report of sweeps that are only partly
done is right about what is there and says what is missing.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from app import paths
from app.operations.reports.as_html import as_html
from app.operations.reports.as_markdown import as_markdown
from app.operations.reports.curves import curve_rows
from app.operations.reports.document import Section, report_document
from app.operations.reports.line_plot import line_plot
from app.operations.requests import ReportRequest
from app.operations.retention.curve_folder import HEADER as CURVE_HEADER
from app.operations.retention.curve_folder import read_curve
from app.operations.sweeps.results import sweep_result
from editing.editors import EDITORS
from editing.errors import EditingError
from editing.sweeps import SweepFolder, SweepPlan, conclusion
from editing.sweeps.store import HEADER
from editing.tasks import task_card, task_names


def run_report(request: ReportRequest) -> dict[str, Any]:
    """Read every sweep there is and report on all of them together.

    Returns:
        What `report --json` prints.

    Raises:
        EditingError: There are no sweeps, or the report cannot be written.
    """
    kept = paths.data_folder(request.data_dir)
    folder = Path(request.folder) if request.folder else kept / "sweeps"
    of_curves = Path(request.retention) if request.retention else kept / "retention"
    sweeps, problems = _read(folder.glob(f"*/{HEADER}"), lambda path: read_sweep(SweepFolder(path)))
    curves, more = _read(of_curves.glob(f"*/{CURVE_HEADER}"), read_curve)
    problems += more
    if not sweeps and not curves:
        reason = problems[0] if problems else "Run one: exemplar sweep."
        raise EditingError(f"There is no sweep in {folder} to report on. {reason}")
    tasks = {name: task_card(name).group for name in task_names()}
    methods = {name: editor.label for name, editor in EDITORS.items()}
    document = report_document(sweeps, tasks, methods, curves)
    markdown = as_markdown(document)
    written: list[str] = []
    if request.to is not None:
        texts = {
            "report.md": markdown,
            "report.html": as_html(document),
            "results.csv": _as_csv([row for sweep in sweeps for row in _ball_rows(sweep)]),
            "runs.csv": _as_csv([row for sweep in sweeps for row in _run_rows(sweep)]),
            **_of_curves(curves, document),
        }
        written = _write(Path(request.to), texts)
    return {
        "sweeps": sweeps,
        "curves": curves,
        "problems": problems,
        "written": written,
        "markdown": markdown,
    }


def read_sweep(folder: SweepFolder) -> dict[str, Any]:
    """Return what the runs of a sweep say so far, as `sweep --json` prints it.

    Raises:
        EditingError: Its files are damaged or of a newer version.
    """
    header = folder.header()
    plan = SweepPlan(
        space=(),
        budgets=tuple(header["budgets"]),
        configurations=header["configurations"],
        test_seeds=header["test_seeds"],
    )
    finished = folder.finished()
    return sweep_result(folder, header, finished, conclusion(plan, finished))


def _read(
    headers: Iterable[Path], read: Callable[[Path], dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Read what is in the folders of some headers, and say which cannot be read."""
    found: list[dict[str, Any]] = []
    problems: list[str] = []
    for path in sorted(headers):
        try:
            found.append(read(path.parent))
        except EditingError as error:
            problems.append(str(error))
    return found, problems


def _of_curves(curves: Sequence[Mapping[str, Any]], document: Sequence[Section]) -> dict[str, str]:
    """The files that tell of many edits in a row, by name; none where there are no curves."""
    if not curves:
        return {}
    pictures = [picture for section in document for picture in section.pictures]
    return {
        "retention.csv": _as_csv([row for curve in curves for row in curve_rows(curve)]),
        **{f"{picture.name}.svg": line_plot(picture, alone=True) + "\n" for picture in pictures},
    }


def _write(folder: Path, texts: Mapping[str, str]) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / name) for name in texts]


def _ball_rows(sweep: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for every number of the tables, with the runs it comes from."""
    return [
        {
            **_about(sweep),
            "budget": ball["budget"],
            "configuration": ball["configuration"],
            "validation_run": ball["validation"]["run"],
            "validation_kept_epoch": ball["validation"]["kept_epoch"],
            "validation_initial_success": ball["validation"]["success_rate"]["before"],
            "validation_success": ball["validation"]["success_rate"]["after"],
            "validation_degradation": ball["validation"]["degradation"],
            "test_initial_success": ball["test"]["initial_success"],
            **_estimates(ball["test"]),
            "test_kept_epochs": " ".join(map(str, ball["test"]["kept_epochs"])),
            "test_runs": " ".join(ball["test"]["runs"]),
            **{f"setting_{name}": value for name, value in ball["settings"].items()},
        }
        for ball in sweep["balls"]
    ]


def _estimates(test: Mapping[str, Any]) -> dict[str, float | None]:
    columns: dict[str, float | None] = {}
    for name in ("success_change", "hard_negatives_change", "degradation"):
        estimate: dict[str, float | None] = test[name] or {}
        columns[f"test_{name}"] = estimate.get("mean")
        columns[f"test_{name}_standard_error"] = estimate.get("standard_error")
    return columns


def _run_rows(sweep: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for every run and budget."""
    return [
        {
            **_about(sweep),
            "run": run["name"],
            "stage": run["stage"],
            "configuration": run["configuration"],
            "seed": run["seed"],
            "epochs": run["epochs"],
            "pruned": run["pruned"],
            "seconds": run["seconds"],
            "finished": run["finished"],
            "initial_success": run["initial_success"],
            **{f"kept_{name}": value for name, value in kept.items()},
            **{f"drawn_{name}": value for name, value in run["drawn"].items()},
        }
        for run in sweep["runs"]
        for kept in run["kept"]
    ]


def _about(sweep: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sweep[name] for name in ("sweep", "model", "task", "method")}


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
