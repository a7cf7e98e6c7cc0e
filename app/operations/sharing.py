"""Edits out of the library and into it."""

from pathlib import Path

from app.operations.models import LoadedModels
from app.operations.places import open_library
from editing.errors import EditingError
from editing.export import export_edit, export_model, import_edit
from editing.library.edit_row import EditRow
from editing.library.records import read_record
from editing.library.stacks import load_stack
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report, unheard

FORMS = ("folder", "edit")
"""A model folder with the edit in it, or the edit alone."""


def run_export(
    name: str,
    target: Path,
    form: str,
    *,
    dtype: str = "float32",
    data_dir: str | None = None,
    models: LoadedModels | None = None,
    report: Report = unheard,
) -> Path:
    """Export an edit of the library, given as NAME or NAME@STRENGTH.

    Args:
        form: One of FORMS.

    Raises:
        EditingError: The edit is damaged, its base is not there, or the target is.
    """
    with open_library(data_dir) as library:
        if form == "edit":
            export_edit(library, library.edit(name.rpartition("@")[0] or name), target)
            return target
        edit = library.edit(name.rpartition("@")[0] or name)
        model = (models or LoadedModels()).model(edit.model, report)
        stack = load_stack(library, [name], model)
        report(Progress("exporting", 0, 1, str(target)))
        export_model(model, stack, target, dtype=dtype)
        report(Progress("exporting", 1, 1, str(target)))
    return target


def run_import(
    folder: Path,
    *,
    data_dir: str | None = None,
    models: LoadedModels | None = None,
    report: Report = unheard,
) -> tuple[EditRow, str | None]:
    """Take an exported edit in, its base checked where it is on this machine.

    Returns:
        The edit, and what could not be checked (None where all was).

    Raises:
        EditingError: It is no edit, damaged, there already, or made for another base.
    """
    source = str(read_record(folder)["model"]["source"])
    base: LanguageModel | None = None
    doubt: str | None = None
    try:
        base = (models or LoadedModels()).model(source, report)
    except EditingError:
        doubt = (
            f"Its base model {source} is not on this machine; whether it fits is checked when the "
            "edit is used."
        )
    with open_library(data_dir) as library:
        return import_edit(library, folder, base), doubt
