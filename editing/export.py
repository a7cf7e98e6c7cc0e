"""Edits out of the program: a model folder that needs nothing of it, or the edit alone; and back.

A sense edit cannot be folded into the sense network, which all words share: the exported
architecture carries the differences as buffers.
"""

import copy
import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from editing.cards import model_card
from editing.errors import EditingError
from editing.library.damage import changed_files
from editing.library.edit_row import EditRow
from editing.library.index import Library
from editing.library.records import RECORD, TENSORS, read_record, sha256_of, sync_folder
from editing.library.stacks import StackedEdit, combined
from editing.models.language_model import LanguageModel

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
SUMS = "SHA256SUMS"


def export_model(
    model: LanguageModel, stack: Sequence[StackedEdit], target: Path, *, dtype: str = "float32"
) -> None:
    """Write the model with the edits in it as a folder for transformers, with a card and hashes.

    Loaded with `trust_remote_code=True` it gives, in the dtype it is written in, bit for bit the
    logits of the edited model in this program.

    Args:
        dtype: One of DTYPES.

    Raises:
        EditingError: The target is there already or cannot be written.
    """
    if dtype not in DTYPES:
        raise EditingError(f"There is no dtype {dtype!r}. Choose {', '.join(DTYPES)}.")
    put_on = combined(stack)
    with written_whole(target) as folder:
        if put_on is None:
            module = copy.deepcopy(model.module)
        else:
            module = put_on[0].exported_module(model, put_on[1])
        module.to(DTYPES[dtype])  # pyright: ignore[reportCallIssue, reportArgumentType] - wrapped without types
        module.save_pretrained(folder)
        model.tokenizer.save_pretrained(folder)
        card = model_card(model, stack, dtype=dtype, name=target.name)
        (folder / "README.md").write_text(card, encoding="utf-8")
        write_sums(folder)


def export_edit(library: Library, edit: EditRow, target: Path) -> None:
    """Copy an edit's record and tensors into a folder of their own.

    Raises:
        EditingError: The edit is damaged, or the target is there already or cannot be written.
    """
    source = library.folder_of(edit)
    if damages := changed_files(source, read_record(source)["files"]):
        raise EditingError(f"{damages[0]}. It cannot be exported.")
    with written_whole(target) as folder:
        for name in (RECORD, TENSORS):
            shutil.copyfile(source / name, folder / name)


def import_edit(library: Library, folder: Path, base: LanguageModel | None = None) -> EditRow:
    """Take an exported edit into the library.

    Args:
        base: The model it is to be used with; None leaves that to be checked at use.

    Raises:
        EditingError: It is no edit, damaged, there already, or made for another base.
    """
    record = read_record(folder)
    if base is not None:
        check_base(folder, base)
    if known := [row for row in _all(library) if row.id == record["id"]]:
        place = "trash" if known[0].trashed else "library"
        raise EditingError(f"The edit in {folder} is in the {place} already: {known[0].name}.")
    return library.add_edit(folder)


def check_base(folder: Path, base: LanguageModel) -> None:
    """Refuse an exported edit that does not go with a model.

    Raises:
        EditingError: It is no edit, or made for another base.
    """
    made_for = read_record(folder)["model"]
    if made_for["fingerprint"] != base.fingerprint:
        raise EditingError(
            f"The edit in {folder} was made for another model ({made_for['source']}, fingerprint "
            f"{made_for['fingerprint'][:12]}) than {base.source} ({base.fingerprint[:12]})."
        )


def _all(library: Library) -> list[EditRow]:
    return [*library.edits(), *library.trashed_edits()]


@contextmanager
def written_whole(target: Path) -> Generator[Path]:
    """Lend a folder that becomes `target` when everything in it is on the disk."""
    if target.exists():
        raise EditingError(f"{target} is there already. Choose another place, or move it away.")
    temporary = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        yield temporary
        for path in temporary.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        temporary.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise EditingError(
            f"{target} cannot be written ({error.strerror}). Make room or choose another place."
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_sums(folder: Path) -> None:
    """List the hashes as `sha256sum --check` reads them."""
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
