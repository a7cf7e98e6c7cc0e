"""What `tests.benchmarks.preflight` measures: random models, short texts, and one run a process."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.tiny import SENTENCES

WORDS = 50257
WINDOW = 512
SMALL = "backpack-30"
SHAPES: dict[str, tuple[str, int, int]] = {
    "gpt2-30": ("GPT-2", 384, 6),
    "neox-60": ("GPT-NeoX", 512, 4),
    "neox-160": ("GPT-NeoX", 768, 12),
    "backpack-30": ("Backpack", 320, 5),
    "backpack-60": ("Backpack", 512, 6),
    "backpack-170": ("Backpack", 768, 12),
}
"""Family, width and layers; the number in the name is about how many million parameters."""
QUICK: dict[str, dict[str, Any]] = {
    "sense-finetuning": {"epochs": 2},
    "lora": {"epochs": 2},
    "full-finetuning": {"epochs": 2},
    "memit": {"steps": 3},
    "rome": {"steps": 3},
    "alphaedit": {"steps": 3},
    "logit-ensemble": {"epochs": 1},
    "serac": {"steps": 20, "reading_steps": 5},
    "grace": {"steps": 5},
}


@dataclass(frozen=True)
class Case:
    """One run to be measured."""

    model: str
    method: str
    dtype: str = "float32"
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def is_possible(self) -> bool:
        """Senses are of Backpacks, which other methods leave to the stock shapes."""
        return self.model.startswith("backpack") == (self.method == "sense-finetuning")

    def request(self, folder: Path) -> Any:
        """Return the run as the program is asked for it."""
        from app.operations.requests import EditRequest

        own = dict(QUICK[self.method])
        if self.method == "logit-ensemble":
            own["small"] = str(folder / SMALL)
        if self.method == "serac":
            own["train_on"] = str(folder / "scope.jsonl")
        own |= self.settings
        return EditRequest(
            model=str(folder / self.model),
            examples=str(folder / "rows.jsonl"),
            method=self.method,
            settings=own,
            general_text=str(folder / "general.txt"),
            regularisation_text=str(folder / "regularisation.txt"),
            budget=1e9,
            data_dir=str(folder / "data"),
            dtype=self.dtype,
        )


@dataclass(frozen=True)
class Measured:
    """What a run took over the idle program, MiB."""

    grown: float
    """Peak resident memory of a fresh process over what it had before the model was loaded."""
    files: float
    """Of files, about so much of it: what was mapped at the end beyond what was at the begin."""
    seconds: float


def write_model(folder: Path, name: str) -> None:
    """Write a random model and a tokenizer of as many words."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, GPTNeoXConfig, GPTNeoXForCausalLM

    from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
    from tests.benchmarks.wide_tokenizer import write_tokenizer

    family, width, layers = SHAPES[name]
    gpt = {"n_embd": width, "n_layer": layers, "n_head": 8, "n_positions": WINDOW}
    torch.manual_seed(0)
    if family == "Backpack":
        config = BackpackGPT2Config(vocab_size=WORDS, num_senses=16, **gpt)
        model = BackpackGPT2LMHeadModel(config)
    elif family == "GPT-2":
        model = GPT2LMHeadModel(GPT2Config(vocab_size=WORDS, **gpt))
    else:
        model = GPTNeoXForCausalLM(
            GPTNeoXConfig(
                vocab_size=WORDS,
                hidden_size=width,
                intermediate_size=4 * width,
                num_hidden_layers=layers,
                num_attention_heads=8,
                max_position_embeddings=WINDOW,
            )
        )
    model.save_pretrained(folder)
    write_tokenizer(folder, WORDS)


def write_texts(folder: Path) -> None:
    """Write examples, a text of a full window and one of two."""
    rows = [{"prefix": f"The capital of {c} is", "suffix": " Paris"} for c in ("France", "Peru")]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, part, lines in (("general", SENTENCES, 1), ("regularisation", SENTENCES[::-1], 2)):
        (folder / f"{name}.txt").write_text("\n".join([" ".join(part * 200)[:1_500]] * lines))
    about = [{"prefix": f"{p} {n} is", "suffix": " Paris", "entity": str(n)}
             for n in range(8) for p in ("The capital of", "The largest town of")]  # fmt: skip
    (folder / "scope.jsonl").write_text("".join(json.dumps(row) + "\n" for row in about))


def prepare(folder: Path, cases: list[Case]) -> None:
    """Write what the cases need and is not there yet."""
    write_texts(folder)
    names = {case.model for case in cases}
    names |= {SMALL for case in cases if case.method == "logit-ensemble"}
    for name in sorted(names):
        if not (folder / name / "tokenizer.json").exists():
            write_model(folder / name, name)


def measure(folder: Path, case: Case) -> Measured:
    """Make one run in a process of its own and read what it says of itself."""
    shutil.rmtree(folder / "data", ignore_errors=True)  # what a run before has kept there
    command = [sys.executable, "-m", "tests.benchmarks.preflight_runs", str(folder)]
    said = subprocess.run(
        [*command, json.dumps(asdict(case))], stdout=subprocess.PIPE, text=True, check=True
    )
    return Measured(**json.loads(said.stdout.splitlines()[-1]))


def status_of() -> dict[str, int]:
    """Read what Linux says of this process's memory, in KiB.

    `VmHWM` is the peak of the program that runs, while `ru_maxrss` would be that of the process
    which started it, where this was larger.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    pairs = [line.split() for line in lines if line.startswith(("Rss", "VmRSS", "VmHWM"))]
    return {pair[0].rstrip(":"): int(pair[1]) for pair in pairs}


def run_one(folder: Path, case: Case) -> None:
    """Make a run here and print what memory it took."""
    from app.operations.edit import run_edit
    from app.operations.models import LoadedModels
    from editing.editors import EDITORS

    assert EDITORS
    begin, idle = time.monotonic(), status_of()
    models = LoadedModels()
    run_edit(case.request(folder), models=models)
    end = status_of()
    found = Measured(
        grown=(end["VmHWM"] - idle["VmRSS"]) / 1024,
        files=(end["RssFile"] - idle["RssFile"]) / 1024,
        seconds=time.monotonic() - begin,
    )
    print(json.dumps(asdict(found)))  # noqa: T201


if __name__ == "__main__":
    run_one(Path(sys.argv[1]), Case(**json.loads(sys.argv[2])))
