"""Write one of everything that is kept: `python -m tests.formats.make FOLDER`.

The frozen folders beside this file were written by it, each with the version that their README
names. It is kept to say how; a change of what is kept makes a new folder, never an old one anew.
"""

import os
import shutil
import sys
from pathlib import Path

import torch

from app import paths
from app.gui.adoption import adopt_edit
from app.jobs.events import AdoptedEvent
from app.jobs.folder import JobFolder
from app.jobs.job import new_job
from app.jobs.program_verbs import program_verbs
from app.jobs.protocol import FromEngine, JobEvent
from app.jobs.record import read_job
from app.jobs.turns import Turns
from app.jobs.worker import Worker
from app.operations.requests import EditRequest
from editing.examples import Example, ExampleSet, Kind
from editing.export import export_edit
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
from editing.models.pretraining.tokenizer import train_tokenizer
from tests.tiny import CONTEXT, SENTENCES

MODEL, GENERAL, REGULARISATION = "tiny", "general.txt", "regularisation.txt"
EXAMPLES = ExampleSet(
    name="Capitals",
    canonical=(
        Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=3.0, id="a"),
        Example("The nurse said", " she", " he", kind=Kind.BALANCE, id="b"),
    ),
    evaluation=(Example("The capital of Spain is", " Madrid", kind=Kind.INCREASE, id="c"),),
    hard_negatives=(Example("The river runs", " through", extra={"note": "Fluß"}, id="d"),),
    kind=Kind.INCREASE,
    thresholds={Kind.INCREASE: 4.0, Kind.BALANCE: 0.5},
)


def main(folder: Path) -> None:
    """Fill `folder`; names in what is written are relative to it."""
    folder.mkdir(parents=True)
    os.chdir(folder)
    os.environ["EXEMPLAR_DATA_DIR"] = "library"
    _write_model(Path(MODEL))
    Path(GENERAL).write_text("\n".join(SENTENCES[:2]) + "\n", encoding="utf-8")
    Path(REGULARISATION).write_text("\n".join(SENTENCES[2:]) + "\n", encoding="utf-8")
    with Library(paths.data_folder()) as library:
        ExampleSets(library).save(EXAMPLES)
        edit = library.edit(_fit(library))
        library.note(edit.id, "of the first format")
        library.tag(edit.id, ("kept", "tiny"))
        export_edit(library, edit, Path("exported"))
    Path("library/library.lock").unlink()
    for left in (paths.cache_folder(), *Path("library/jobs").glob("*/edits")):
        shutil.rmtree(left)


def _write_model(folder: Path) -> None:
    """Write a Backpack smaller than the tests' usual one: its weights are kept for ever."""
    tokenizer = train_tokenizer(SENTENCES, vocab_size=320, context=CONTEXT)
    config = BackpackGPT2Config(
        vocab_size=len(tokenizer),
        n_positions=CONTEXT,
        n_embd=16,
        n_layer=1,
        n_head=2,
        num_senses=2,
        bos_token_id=0,
        eos_token_id=0,
        initializer_range=0.2,
    )
    torch.manual_seed(0)
    BackpackGPT2LMHeadModel(config).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for code in folder.glob("*.py"):
        code.unlink()


def _fit(library: Library) -> str:
    """Do the job that fits the edit, as the engine and then the window do; return its id."""
    request = EditRequest(
        model=MODEL,
        examples=EXAMPLES.name,
        general_text=GENERAL,
        regularisation_text=REGULARISATION,
        budget=1000.0,
        settings={"epochs": 6, "learning_rate": 1.0},
        save="Capitals",
    )
    job = JobFolder.create(Path("library/jobs"), new_job("edit", "Capitals", request.to_json()))

    def hear(message: FromEngine) -> None:
        if isinstance(message, JobEvent) and message.event.get("state") in ("done", "failed"):
            worker.quit()

    worker = Worker(Turns(), hear)
    worker.add(job)
    worker.work(program_verbs())
    made = read_job(job).edit_folder
    assert made is not None, read_job(job).failure
    identity = adopt_edit(library, Path(made))
    job.append(AdoptedEvent(identity))
    return identity


if __name__ == "__main__":
    main(Path(sys.argv[1]))
