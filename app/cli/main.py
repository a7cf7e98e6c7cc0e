"""The headless face: every verb of the program, for people and, with --json, for programs.

The one file that prints. The engine is imported by the command that needs it, so that help and
lists come at once.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli import texts
from app.cli.arguments import build_parser
from app.cli.models import MODEL_COMMANDS
from app.cli.progress import ProgressLine
from app.cli.retention import RETENTION_COMMANDS
from app.cli.rows import ROWS_COMMANDS
from app.cli.sweep import SWEEP_COMMANDS
from app.jobs.failures import failure_of
from app.operations.requests import (
    EditRequest,
    EvaluateRequest,
    ExportRequest,
    GenerateRequest,
    ImportRequest,
    SensesRequest,
)
from editing.errors import EditingError
from editing.progress import Cancelled

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
Answer = tuple[Mapping[str, Any], list[str]]
"""What --json prints, and the same in words."""


def main(argv: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    # A shell that starts a command in the background has it ignore the signal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _quieten_libraries()
    parser = build_parser()
    try:
        arguments = parser.parse_args(argv)
        _check_usage(parser, arguments)
    except SystemExit as ended:  # argparse has said why
        return ended.code if isinstance(ended.code, int) else MISUSED
    progress = ProgressLine()
    try:
        # Whatever libraries print must not mix with the answer.
        with contextlib.redirect_stdout(sys.stderr):
            answer, lines = _run(arguments, progress)
    except (EditingError, OSError, MemoryError, KeyboardInterrupt, Cancelled) as error:
        progress.clear()
        return _tell_end(error)
    progress.clear()
    _print_answer(answer, lines, as_json=arguments.json)
    return FAILED if answer.get("damaged") else DONE


def _tell_end(error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt | Cancelled):
        _tell("Interrupted.")
        return INTERRUPTED
    _tell(failure_of(error).sentence)
    return FAILED


def _run(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    if arguments.data_dir is not None:  # for what is looked up on the way, as in the engine
        os.environ["EXEMPLAR_DATA_DIR"] = str(Path(arguments.data_dir).absolute())
    name = "_".join([arguments.command, *([arguments.verb] if "verb" in arguments else [])])
    return _COMMANDS[name](arguments, progress)


def _tasks_list(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from editing.tasks import task_card, task_names

    cards = [task_card(name) for name in task_names()]
    rows = [{"name": c.name, "label": c.label, "description": c.description} for c in cards]
    return {"tasks": rows}, [f"{card.name}  {card.description}" for card in cards]


def _tasks_show(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from editing.tasks import task_card

    card = task_card(arguments.name)
    return asdict(card), texts.task_lines(card)


def _edit(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.edit import run_edit
    from app.operations.preflight.proposals import check_memory

    request = EditRequest(
        **_data(arguments),
        model=arguments.model,
        regularisation_text=arguments.regularisation_text,
        regularisation_tokens=arguments.regularisation_tokens,
        method=arguments.method,
        budget=arguments.budget,
        settings=dict(arguments.settings),
        seed=arguments.seed,
        fit_to_ball=arguments.fit_to_ball,
        on=tuple(arguments.on),
        save=arguments.save,
        dtype=arguments.dtype,
        window=arguments.window,
    )
    if not arguments.anyway:
        check_memory(request)
    result = run_edit(request, progress.report)
    _warn(progress, texts.warnings_of(result))
    return result, texts.edit_lines(result)


def _evaluate(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.evaluate import run_evaluate

    request = EvaluateRequest(
        **_data(arguments),
        model=arguments.model,
        edits=tuple(arguments.edits),
        budget=arguments.budget,
    )
    result = run_evaluate(request, progress.report)
    _warn(progress, texts.warnings_of(result))
    return result, texts.measure_lines(result)


def _generate(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.generate import run_generate

    request = GenerateRequest(
        model=arguments.model,
        prompt=arguments.prompt,
        edits=tuple(arguments.edits),
        tokens=arguments.tokens,
        temperature=arguments.temperature,
        seed=arguments.seed,
        data_dir=arguments.data_dir,
    )
    result = run_generate(request, progress.report)
    if result["dropped"]:
        _warn(progress, [texts.prompt_cut(result["dropped"])])
    _warn(progress, texts.gate_lines(result))
    return result, [result["text"]]


def _senses(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.senses.senses import run_senses

    request = SensesRequest(
        model=arguments.model,
        word=arguments.word,
        edit=arguments.edit,
        top=arguments.top,
        data_dir=arguments.data_dir,
    )
    result = run_senses(request, progress.report)
    return result, texts.senses_lines(result)


def _library_list(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.places import open_library

    with open_library(arguments.data_dir) as library:
        edits = library.edits()
    return {"edits": [asdict(edit) for edit in edits]}, texts.library_lines(edits)


def _library_show(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.places import open_library
    from editing.library.records import read_record

    with open_library(arguments.data_dir) as library:
        edit = library.edit(arguments.name)
        folder = library.folder_of(edit)
    record = read_record(folder)
    lines = [*texts.fact_lines({**asdict(edit), "folder": folder}), ""]
    return {"folder": str(folder), **record}, [*lines, *texts.edit_lines(record["result"])]


def _library_verify(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.places import open_library

    with open_library(arguments.data_dir) as library:
        count = len(library.edits()) + len(library.trashed_edits())
        damages = library.verify(progress.report)
    damaged = [{"path": str(damage.path), "what": damage.what} for damage in damages]
    lines = [str(damage) for damage in damages] or [f"All files of {count} edits are as written."]
    return {"edits": count, "damaged": damaged}, lines


def _library_rebuild(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app import paths
    from editing.library.index import Library

    library, problems = Library.rebuilt(paths.data_folder(arguments.data_dir), progress.report)
    with library:
        count = len(library.edits())
    _warn(progress, problems)
    return {"edits": count, "problems": problems}, [f"The index lists {count} edits."]


def _library_delete(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.places import open_library

    with open_library(arguments.data_dir) as library:
        edit = library.trash(arguments.name)
    line = f"{edit.name} is in the trash. `library undelete` gets it back."
    return {"name": edit.name, "id": edit.id}, [line]


def _library_undelete(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.places import open_library

    with open_library(arguments.data_dir) as library:
        edit = library.restore(arguments.name)
    return {"name": edit.name, "id": edit.id}, [f"{edit.name} is back."]


def _library_export(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.sharing import run_export

    request = ExportRequest(
        edit=arguments.name,
        to=arguments.to,
        form=arguments.form,
        dtype=arguments.dtype,
        data_dir=arguments.data_dir,
    )
    result = run_export(request, progress.report)
    return result, [f"{result['name']} is written to {result['path']}."]


def _library_import(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.sharing import run_import

    result = run_import(ImportRequest(arguments.path, arguments.data_dir), progress.report)
    _warn(progress, [result["doubt"]] if result["doubt"] else [])
    return result, [f"{result['name']} is in the library."]


_COMMANDS = {
    "tasks_list": _tasks_list,
    "tasks_show": _tasks_show,
    **MODEL_COMMANDS,
    **ROWS_COMMANDS,
    "edit": _edit,
    **SWEEP_COMMANDS,
    **RETENTION_COMMANDS,
    "evaluate": _evaluate,
    "generate": _generate,
    "senses": _senses,
    "library_list": _library_list,
    "library_show": _library_show,
    "library_verify": _library_verify,
    "library_rebuild": _library_rebuild,
    "library_delete": _library_delete,
    "library_undelete": _library_undelete,
    "library_export": _library_export,
    "library_import": _library_import,
}


def _data(arguments: argparse.Namespace) -> dict[str, Any]:
    names = (
        "task",
        "split",
        "examples",
        "evaluate",
        "hard_negatives",
        "kind",
        "threshold",
        "general_text",
        "general_tokens",
        "skip_bad_rows",
        "data_dir",
    )
    return {name: getattr(arguments, name) for name in names}


def _check_usage(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    if getattr(arguments, "split", None) is not None and arguments.task is None:
        parser.error("--split is of a task; --examples has none")


def _quieten_libraries() -> None:
    """Keep other people's progress bars and advice off stderr; set before they are imported."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _warn(progress: ProgressLine, sentences: Sequence[str]) -> None:
    progress.clear()
    for sentence in sentences:
        _tell(sentence)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _print_answer(answer: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    try:
        if as_json:
            print(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        else:
            print("\n".join(lines))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
