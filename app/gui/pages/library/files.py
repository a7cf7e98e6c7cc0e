"""What an edit's files are, and what it shares with others: its base."""

from PySide6.QtCore import QCoreApplication

from app.gui.tables import figures
from app.operations.disk_usage import base_bytes
from editing.library.edit_row import EditRow
from editing.library.index import Library
from editing.library.schema import query

translate = QCoreApplication.translate


def file_pairs(library: Library, edit: EditRow) -> list[tuple[str, str]]:
    """List where an edit lies, its files with their hashes, and its own and shared sizes."""
    sizes, hashes = library.sizes_of(edit.id), library.hashes_of(edit.id)
    files = [
        (name, f"{figures.size(size)} · SHA-256 {hashes[name]}") for name, size in sizes.items()
    ]
    return [
        (translate("library", "Own size"), figures.size(edit.size_bytes)),
        (translate("library", "Shared size"), _shared(library, edit)),
        (translate("library", "Folder"), str(library.folder_of(edit))),
        *files,
    ]


def _shared(library: Library, edit: EditRow) -> str:
    select = "SELECT count(*) AS edits FROM edits WHERE model = :model AND trashed IS NULL"
    count = int(query(library.db, select, {"model": edit.model})[0]["edits"])
    size = base_bytes(edit.model)
    of_base = (
        translate("library", "a base that is not a folder here")
        if size is None
        else figures.size(size)
    )
    many = translate("library", "{}, of {:,} edits").format(of_base, count)
    return many if count != 1 else of_base
