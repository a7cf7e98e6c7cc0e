"""Pictures of the page of models, with models as a person would have them.

`python -m tests.gui.pictures_of_models FOLDER` draws these alone.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from app.gui.context import GuiContext
from app.gui.pages.models.hub_dialog import HubDialog
from app.gui.pages.models.token_dialog import TokenDialog
from app.jobs.events import FailureEvent, ProgressEvent, StateEvent
from app.jobs.folder import JobFolder
from app.jobs.job import JobState, new_job
from app.operations.shelf.shelf import ModelShelf, ShelfEntry
from tests.gui.drawing import shoot, window_over

GB, MB = 10**9, 10**6
METHODS = (
    ("sense-finetuning", "Sense finetuning", "It changes sense vectors, and a {family} has none."),
    ("full", "Full finetuning", ""),
    ("lora", "LoRA", ""),
    ("memit", "MEMIT", ""),
    ("rome", "ROME", ""),
    ("alphaedit", "AlphaEdit", ""),
    ("logit-ensemble", "Logit ensemble", ""),
    ("serac", "SERAC", ""),
    ("grace", "GRACE", ""),
)
CHECKED = {
    "checksum": "5f0c" * 16,
    "fingerprint": "b7a1" * 16,
    "time": "2026-11-20T09:12:00+00:00",
    "is_current": True,
}
MODELS = {
    # source: kind, architecture, family, layers, parameters, context, vocabulary, dtype
    "starter": ("bundled", "BackpackGPT2LMHeadModel", "Backpack", 4, 8_321_024, 256, 8192,
                "float16"),
    "starter-large": ("bundled", "GPTNeoXForCausalLM", "GPT-NeoX", 6, 16_102_400, 256, 8192,
                      "float16"),
    "/data/models/pythia-410m": ("folder", "GPTNeoXForCausalLM", "GPT-NeoX", 24, 405_334_016,
                                 2048, 50277, "float16"),
    "made-up/llama-with-long-context": ("hub", "LlamaForCausalLM", "Llama", 16, 1_235_814_400,
                                        131_072, 128_256, "bfloat16"),
}  # fmt: skip
BROKEN = "/data/models/half-a-model"
BEGUN = "made-up/backpack-gpt2"


def facts_of(source: str, **changes):
    """What the engine would say of one of the models."""
    kind, architecture, family, layers, parameters, context, words, dtype = MODELS[source]
    wide = 4 * parameters
    return {
        "name": Path(source).name if source.startswith("/") else source.capitalize(),
        "source": source,
        "kind": kind,
        "edits": 0,
        "is_whole": True,
        "problem": "",
        "removable": {"files": 12, "size": 2 * parameters} if kind == "hub" else None,
        "folder": f"/data/models/{source}",
        "architecture": architecture,
        "family": family,
        "layers": layers,
        "parameters": parameters,
        "context": context,
        "vocabulary": words,
        "rows": -(-words // 128) * 128,
        "dtype": dtype,
        "tokenizer": "PreTrainedTokenizerFast",
        "senses": 8 if family == "Backpack" else None,
        "size": 2 * parameters,
        "memory": wide,
        "memory_free": 12 * GB,
        "notes": [],
        "methods": [
            {
                "method": name,
                "label": label,
                "reason": why.format(family=family) if family != "Backpack" and why else None,
                "memory": round(wide * (4 if name == "full" else 1.1)) + GB // 2,
            }
            for name, label, why in METHODS
        ],
        "checked": CHECKED if source in ("starter", "/data/models/pythia-410m") else None,
        **changes,
    }


def facts():
    """What the engine would say of all models."""
    sentence = (
        "The model in /data/models/half-a-model cannot be loaded: model.safetensors.index.json "
        "names 3 files, and model-00002-of-00003.safetensors is missing. Fetch what is missing."
    )
    broken = {
        "name": "half-a-model", "source": BROKEN, "kind": "folder", "edits": 0, "is_whole": True,
        "problem": sentence, "removable": None,
    }  # fmt: skip
    return [*map(facts_of, MODELS), broken]


def fill(context: GuiContext) -> None:
    """Put models on the list, and downloads that were stopped."""
    shelf = ModelShelf(str(context.data_folder))
    for source in ("/data/models/pythia-410m", BROKEN):
        shelf.put(ShelfEntry(source, "folder"))
    shelf.put(ShelfEntry("made-up/llama-with-long-context", "hub", commit="c0ffee"))
    errand(context, BEGUN, ("interrupted", "paused"), done=290 * MB, total=684 * MB)


def errand(context, source, state, *, done=0, total=0, failure=None):
    """Write an errand's folder as the engine would."""
    folder = JobFolder.create(
        context.data_folder / "errands", new_job("fetch-model", source, {"source": source})
    )
    folder.append(StateEvent(JobState.PREPARING))
    if total:
        folder.append(StateEvent(JobState.RUNNING))
        folder.append(ProgressEvent("fetching model", done, total, "model.safetensors", 131.0))
    if failure is not None:
        folder.append(FailureEvent(failure, "", remedy="token"))
    folder.append(StateEvent(*state))
    return folder


def answer(context: GuiContext) -> None:
    """Let the played engine say what it knows of the models."""
    for asked in list(context.engine.asked):
        if asked.question == "models":
            asked.answer(facts())


def show_fetching(page, context: GuiContext) -> None:
    """Let a download be under way."""
    errand_id = next(
        view.id for view in page.desk.errands.all() if view.config.request["source"] == BEGUN
    )
    page.desk.errands.resume(errand_id)
    told = context.engine.event_received.emit
    for event in (
        StateEvent(JobState.PREPARING),
        StateEvent(JobState.RUNNING),
        ProgressEvent("fetching model", 402 * MB, 684 * MB, "model.safetensors", 131.0),
    ):
        told(errand_id, event)
    page.show_model(BEGUN)


def plan(**changes):
    """What the hub would say of a model."""
    return {
        "source": "made-up/llama-with-long-context",
        "commit": "c0ffee" + "0" * 34,
        "files": [{"name": f"file-{n}", "size": 1} for n in range(9)],
        "size": 2_471_645_608,
        "to_fetch": 2_471_645_608,
        "disk_free": 41 * GB,
        "memory": 4_943_257_600,
        "memory_free": 12 * GB,
        "problem": "",
        **changes,
    }


def draw(folder: Path) -> None:
    """Draw a broken model, a download and the dialogs, light and dark."""
    with window_over(fill) as (window, context):
        window.workspace.show_page("models")
        answer(context)
        page = window.page
        page.show_model(BROKEN)
        shoot(window, context, folder / "models-broken")
        page.show_model("made-up/llama-with-long-context")
        page.details.tabs.setCurrentIndex(1)
        shoot(window, context, folder / "models-facts")
        page.details.tabs.setCurrentIndex(0)
        shoot(window, context, folder / "models-large")
        page.show_model(BEGUN)
        shoot(window, context, folder / "models-paused")
        _draw_dialogs(page, context, folder)
        show_fetching(page, context)
        shoot(window, context, folder / "models-fetching")


def _draw_dialogs(page, context, folder: Path) -> None:
    page.add_from_hub.trigger()
    dialog = page.findChild(HubDialog)
    dialog.name.setText("made-up/llama-with-long-context")
    dialog.look_.trigger()
    asked = context.engine.last("plan-model")
    asked.answer(plan())
    shoot(dialog, context, folder / "models-hub")
    dialog.look_.trigger()
    context.engine.last("plan-model").answer(
        plan(
            problem="made-up/llama is given only to those who have accepted its terms. Accept "
            "them on its page on the hub, then give your token (on the page Models, or with "
            "`exemplar models token`).",
            remedy="token",
            is_here=False,
        )
    )
    shoot(dialog, context, folder / "models-gated")
    dialog.reject()
    page.token.trigger()
    token = page.findChild(TokenDialog)
    places = {"places": ["the system's keyring"], "fixed": []}
    context.engine.last("token-places").answer(places)
    shoot(token, context, folder / "models-token")
    token.reject()
    page.show_model("made-up/llama-with-long-context")
    page.details.remove.trigger()
    box = page.findChild(QMessageBox)
    shoot(box, context, folder / "models-remove")
    box.reject()
    QTest.qWait(20)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
