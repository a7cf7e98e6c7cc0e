"""What editing takes on a graphics card: memory and time of every method, on two random models.

    python -m tests.benchmarks.devices --device cuda [--to table.md]
    python -m tests.benchmarks.devices --device cpu --size small

*large* has GPT-J's shape with 6 billion parameters and is computed in bfloat16; *backpack* has the
shape of the published Backpack, 170 million, in float32. Both are written first (12.8 GB; --folder
keeps them). Each method then makes one short edit in a process of its own. At last the large model
reads a text alone and with the small one's edit beside it; the second over the first is the
ensemble's overhead, which should not exceed 1.05.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from app.operations.edit import EditOutcome, fit_edit
from app.operations.models import LoadedModels
from app.operations.requests import EditRequest
from editing.editors import EDITORS
from editing.errors import EditingError
from editing.models.language_model import LanguageModel
from editing.models.loading import chosen_device
from editing.progress import unheard
from tests.benchmarks.device_models import BACKPACK, LARGE, SIZES, prepare
from tests.benchmarks.preflight_runs import QUICK, status_of

ENSEMBLE = "logit-ensemble"
OWN_PLACE = {"sense-finetuning": BACKPACK, ENSEMBLE: LARGE}
"""Methods that only one of the two is for."""
DTYPES = {LARGE: "bfloat16", BACKPACK: "float32"}
TARGET = 1.05
_READINGS = 5
"""Of which the quickest counts."""


@dataclass(frozen=True)
class Case:
    """One edit of one model."""

    model: str
    method: str

    def request(self, folder: Path) -> EditRequest:
        """Return it as the program is asked for it."""
        settings: dict[str, Any] = dict(QUICK.get(self.method, {}))
        if self.method == ENSEMBLE:
            settings["small"] = str(folder / BACKPACK)
        if self.method == "serac":
            settings["train_on"] = str(folder / "scope.jsonl")
        return EditRequest(
            model=str(folder / self.model),
            examples=str(folder / "rows.jsonl"),
            method=self.method,
            settings=settings,
            general_text=str(folder / "general.txt"),
            regularisation_text=str(folder / "regularisation.txt"),
            budget=1e9,
            data_dir=str(folder / "data"),
            dtype=DTYPES[self.model],
        )


@dataclass(frozen=True)
class Found:
    """What an edit took, or why there is none."""

    seconds: float = 0.0
    """From the loaded model to the measured edit."""
    card: float = 0.0
    """Peak memory of the graphics card, GB; 0 without one."""
    process: float = 0.0
    """Peak resident memory of the process, GB."""
    overhead: float = 0.0
    """Time of reading with the edit over that without; of an ensemble."""
    problem: str = ""


def cases(methods: list[str]) -> Iterator[Case]:
    """Name every edit there is to make."""
    for model in (LARGE, BACKPACK):
        for method in methods:
            if OWN_PLACE.get(method, model) == model:
                yield Case(model, method)


def measure(folder: Path, case: Case, device: str) -> Found:
    """Make one edit in a process of its own, and read what it says of itself."""
    command = [sys.executable, "-m", "tests.benchmarks.devices", "--one", json.dumps(asdict(case))]
    said = subprocess.run(
        [*command, "--folder", str(folder)],
        env={**os.environ, "EXEMPLAR_DEVICE": device},
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        return Found(problem=(said.stderr.strip().splitlines() or ["it ended"])[-1])
    return Found(**json.loads(said.stdout.splitlines()[-1]))


def run_one(folder: Path, case: Case) -> Found:
    """Make one edit here, on the device that EXEMPLAR_DEVICE names."""
    models, request = LoadedModels(), case.request(folder)
    try:
        model = models.model(request.model, unheard, request.dtype)
        begin = time.perf_counter()
        outcome = fit_edit(request, models=models)
    except EditingError as error:
        return Found(problem=str(error))
    seconds = time.perf_counter() - begin
    card = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
    overhead = overhead_of(model, outcome) if case.method == ENSEMBLE else 0.0
    return Found(seconds, card / 1e9, status_of()["VmHWM"] / 1e6, overhead)


def overhead_of(model: LanguageModel, outcome: EditOutcome) -> float:
    """Compare how long a window takes with an edit and without, turn by turn."""
    ids = torch.arange(min(512, model.context), device=model.device)[None] % model.vocab_size
    alone, beside = [], []
    for _ in range(_READINGS):
        alone.append(_reading(model, ids))
        with outcome.edit.applied(model) as edited:
            beside.append(_reading(edited, ids))
    return min(beside) / min(alone)


@torch.no_grad()
def _reading(model: LanguageModel, ids: torch.Tensor) -> float:
    """Seconds of one window; the figure fetched at the end waits for the card."""
    begin = time.perf_counter()
    float(model.module(ids, use_cache=False).logits[0, -1, 0])
    return time.perf_counter() - begin


def table(found: dict[Case, Found], device: str) -> list[str]:
    """Write what was found as Markdown."""
    lines = [
        f"On {device}, {torch.__version__}:",
        "",
        "| model | method | card, GB | process, GB | seconds |",
        "|---|---|---|---|---|",
    ]
    for case, one in found.items():
        names = f"| {case.model} in {DTYPES[case.model]} | {case.method} |"
        figures = f" {one.card:.1f} | {one.process:.1f} | {one.seconds:.1f} |"
        lines.append(names + (f" {one.problem} |  |  |" if one.problem else figures))
    lines += [
        f"\nReading with the ensemble takes {one.overhead:.3f} times as long as the large model "
        f"alone ({'within' if one.overhead <= TARGET else 'beyond'} {TARGET})."
        for one in found.values()
        if one.overhead
    ]
    return lines


def main() -> int:
    """Measure every case; 1 where there is no such device or an edit failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--size", choices=tuple(SIZES), default="full")
    parser.add_argument("--methods", default=",".join(EDITORS))
    parser.add_argument("--folder", type=Path, help="keep the models here for the next time")
    parser.add_argument("--to", type=Path, help="write the table here")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(asdict(run_one(chosen.folder, Case(**json.loads(chosen.one))))))  # noqa: T201
        return 0
    try:
        device = chosen_device(chosen.device)
    except EditingError as error:
        parser.error(str(error))
    with tempfile.TemporaryDirectory() as place:
        folder = chosen.folder or Path(place)
        prepare(folder, SIZES[chosen.size])
        found: dict[Case, Found] = {}
        for case in cases(chosen.methods.split(",")):
            found[case] = measure(folder, case, device)
            print(f"{case.model}, {case.method}: {found[case]}", file=sys.stderr, flush=True)  # noqa: T201
    name = torch.cuda.get_device_name() if device.startswith("cuda") else device
    lines = table(found, name)
    print("\n".join(lines))  # noqa: T201
    if chosen.to:
        chosen.to.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if any(one.problem for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
