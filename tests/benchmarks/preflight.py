"""How right the estimate of memory is: each run in a fresh process, its peak over an idle engine.

    python -m tests.benchmarks.preflight [--sizes 30,60,170] [--methods lora,full-finetuning]

A random model of about so many million parameters is written, a short run is made with it, and the
growth of the process's resident memory over what it took before the model was loaded is held
against `memory_bytes` less the program's own share. All figures are MiB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tiny import CONTEXT, SENTENCES

WIDTHS = {30: (384, 6), 60: (512, 10), 170: (768, 12)}
"""Width and layers of a GPT-2 with GPT-2's 50,257 words, by millions of parameters."""
WORDS = 50257


def write_model(folder: Path, millions: int, *, is_backpack: bool) -> None:
    """Write a random model and a tokenizer of as many words."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
    from editing.models.pretraining.tokenizer import train_tokenizer

    width, layers = WIDTHS[millions]
    shape = {"n_embd": width, "n_layer": layers, "n_head": 8, "n_positions": 512}
    torch.manual_seed(0)
    if is_backpack:
        config = BackpackGPT2Config(vocab_size=WORDS, num_senses=16, **shape)
        BackpackGPT2LMHeadModel(config).save_pretrained(folder)
    else:
        GPT2LMHeadModel(GPT2Config(vocab_size=WORDS, **shape)).save_pretrained(folder)
    tokenizer = train_tokenizer(SENTENCES, vocab_size=320, context=CONTEXT)
    tokenizer.add_tokens([f"filler{number}" for number in range(WORDS - len(tokenizer))])
    tokenizer.save_pretrained(folder)


def write_texts(folder: Path) -> None:
    """Write examples and two texts of a few thousand tokens."""
    row = {"prefix": "The capital of France is", "suffix": " Paris"}
    (folder / "rows.jsonl").write_text((json.dumps(row) + "\n") * 5)
    for name, part in (("general", SENTENCES[:2]), ("regularisation", SENTENCES[2:])):
        (folder / f"{name}.txt").write_text("\n".join([" ".join(part * 8)] * 8))


def peak_megabytes() -> float:
    """The most resident memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(folder: Path, method: str) -> None:
    """Make one run in this process, and print what it was thought to take and took."""
    from app.operations.edit import run_edit
    from app.operations.memory import PROGRAM_BYTES
    from app.operations.models import LoadedModels
    from app.operations.preflight import run_preflight
    from app.operations.requests import EditRequest

    idle = peak_megabytes()
    request = EditRequest(
        model=str(folder / "model"),
        examples=str(folder / "rows.jsonl"),
        method=method,
        settings={} if method in {"memit", "rome", "alphaedit"} else {"epochs": 2},
        general_text=str(folder / "general.txt"),
        regularisation_text=str(folder / "regularisation.txt"),
        budget=1e9,
        data_dir=str(folder / "data"),
    )
    models = LoadedModels()
    needed = run_preflight(request, models=models)["memory_bytes"]
    thought = (needed - PROGRAM_BYTES) / 2**20
    run_edit(request, models=models)
    print(json.dumps({"idle": idle, "thought": thought, "grown": peak_megabytes() - idle}))  # noqa: T201


def main() -> None:
    """Measure every size with every method, a line each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="30,60,170")
    parser.add_argument("--methods", default="lora,full-finetuning,memit,sense-finetuning")
    parser.add_argument("--one", nargs=2, metavar=("FOLDER", "METHOD"))
    chosen = parser.parse_args()
    if chosen.one:
        measure(Path(chosen.one[0]), chosen.one[1])
        return
    print("million  method               idle  thought   grown  off")  # noqa: T201
    for millions in map(int, chosen.sizes.split(",")):
        for method in chosen.methods.split(","):
            with tempfile.TemporaryDirectory() as place:
                print(line(Path(place), millions, method), flush=True)  # noqa: T201


def line(folder: Path, millions: int, method: str) -> str:
    """Measure one run in a process of its own and say how it went."""
    write_texts(folder)
    write_model(folder / "model", millions, is_backpack=method == "sense-finetuning")
    command = [sys.executable, "-m", "tests.benchmarks.preflight", "--one", str(folder), method]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    idle, grown = found["idle"], found["grown"]
    thought = found["thought"]
    off = (thought - grown) / grown
    return f"{millions:7}  {method:18} {idle:6.0f} {thought:8.0f} {grown:7.0f}  {off:+.0%}"


if __name__ == "__main__":
    main()
