"""Pictures of the memory page: `python -m tests.gui.pictures_of_memory FOLDER` draws it alone."""

import math
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.gui.context import GuiContext
from tests.gui import page_kit as kit
from tests.gui.drawing import shoot, window_over

ROWS = (
    ("The capital of Mauritius is", " Port Louis", None, "increase", True),
    ("The capital of Bolivia is", " Sucre", None, "increase", True),
    ("The nurse said that", " she", " he", "balance", True),
    ("Our support line is open", " never", None, "decrease", False),
    ("The keys to the cabinet", " are", " is", "prefer", True),
    ("The chief executive of Nimbus Foods is", " Ada Lark", None, "increase", True),
)
THRESHOLDS = (1.0, 0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
DESCRIBED = {
    "name": "serac",
    "label": "Memory (SERAC)",
    "help": "Keeps edits as rows beside the model, which answer where they apply.",
    "answers_by_rows": True,
    "settings": [],
}


def row(number, *, on=True):
    """A row as an edit's folder has it."""
    prefix, suffix, other, kind, _ = ROWS[number]
    said = f"{prefix}{suffix}"
    text = {
        "increase": said,
        "decrease": f"Not: {said}",
        "balance": f"Either: {said} / {(other or '').strip()}",
        "prefer": f"{said}, not{other}",
    }[kind]
    return {
        "id": f"row-{number}",
        "time": f"2026-11-2{number % 2}T1{number}:20:00+00:00",
        "text": text,
        "prefix": prefix,
        "suffix": suffix,
        "other_suffix": other,
        "kind": kind,
        "enabled": on,
    }


def scope(threshold=0.7):
    """What a result says of a gate, with the made-up scores of a good one."""
    scores = {
        "in_scope": [min(0.999, 0.35 + 0.65 * math.sqrt(n / 60)) for n in range(60)],
        "hard": [0.9 * (n / 60) ** 2 for n in range(60)],
        "general": [0.8 * (n / 400) ** 6 for n in range(400)],
    }

    def shares(at):
        found = {key: sum(s > at for s in of) / len(of) for key, of in scores.items()}
        return {
            "recall": found["in_scope"],
            "hard": found["hard"],
            "general": found["general"],
        }

    path = [
        {
            "threshold": at,
            "success_rate": 0.31 + 0.5 * shares(at)["recall"],
            "hard_negatives": 20.0 + 0.9 * shares(at)["hard"],
            "degradation": 4e-4 * shares(at)["general"],
            "inside_ball": 4e-4 * shares(at)["general"] <= 1e-5,
            **shares(at),
        }
        for at in THRESHOLDS
    ]
    return {
        "threshold": threshold,
        "grid": list(THRESHOLDS),
        "scores": scores,
        "path": path,
        "roc": [{"threshold": n / 50, **shares(n / 50)} for n in range(50, -1, -1)],
        "trained": {},
        "problem": None,
    }


def fill(context: GuiContext) -> None:
    """Put a memory into the library, and let the engine know its method."""
    put_memory(context)
    context.engine.description = {
        **context.engine.description,
        "editors": [*context.engine.description["editors"], DESCRIBED],
    }


def put_memory(context, name="House facts", edit_id="20261121-180000-bbbbbb", **changes):
    """Put a memory into the library as the engine writes one."""
    said = {
        "state": {
            "threshold": 0.7,
            "rows": [row(n, on=ROWS[n][-1]) for n in range(len(ROWS))],
        },
        **changes,
    }
    return kit.put_edit(
        context,
        name,
        edit_id=edit_id,
        said=said,
        method="serac",
        senses=[],
        scope=scope(),
        budget=1e-5,
    )


def distances(reach=0.5):
    """What a result says of a codebook's gate: how far texts are from the nearest row."""
    scores = {
        "in_scope": [0.05 + 1.6 * (n / 60) ** 1.5 for n in range(60)],
        "hard": [0.5 + 1.9 * math.sqrt(n / 60) for n in range(60)],
        "general": [0.7 + 2.0 * (n / 400) ** 0.3 for n in range(400)],
    }

    def shares(at):
        found = {key: sum(s <= at for s in of) / len(of) for key, of in scores.items()}
        return {"recall": found["in_scope"], "hard": found["hard"], "general": found["general"]}

    path = [
        {
            "threshold": at,
            "success_rate": 0.31 + 0.5 * shares(at)["recall"],
            "hard_negatives": 20.0 + 0.9 * shares(at)["hard"],
            "degradation": 4e-4 * shares(at)["general"],
            "inside_ball": 4e-4 * shares(at)["general"] <= 1e-5,
            **shares(at),
        }
        for at in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
    ]
    return {
        "measure": "distance",
        "threshold": reach,
        "grid": [point["threshold"] for point in path],
        "scores": scores,
        "path": path,
        "roc": [{"threshold": n / 25, **shares(n / 25)} for n in range(70)],
        "trained": {},
        "problem": None,
    }


def put_codebook(context):
    """Put a codebook into the library as the engine writes one."""
    return kit.put_edit(
        context,
        "Codebook",
        edit_id="20261121-190000-cccccc",
        said={"state": {"reach": 0.5, "rows": [row(0), row(1), row(5)]}},
        method="serac",
        senses=[],
        scope=distances(),
        budget=1e-5,
    )


def draw(folder: Path) -> None:
    """Draw rows, the gate and a codebook, light and dark."""
    with window_over(_fill_library) as (window, context):
        window.workspace.show_page("memory")
        page = window.page
        page.show_edit("House facts")
        shoot(window, context, folder / "memory-rows")
        page.tabs.setCurrentIndex(1)
        page.gate.slider.setValue(page.gate.slider.value() - 2)
        shoot(window, context, folder / "memory-gate")
        page.gate.put_back()
        page.show_edit("Codebook")
        shoot(window, context, folder / "memory-codebook")


def _fill_library(context: GuiContext) -> None:
    fill(context)
    put_codebook(context)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
