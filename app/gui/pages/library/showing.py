"""Gathers what is known of an edit for the details beside the table."""

from PySide6.QtCore import QCoreApplication

from app.gui.context import GuiContext
from app.gui.pages.library.details import EditDetails
from app.gui.pages.library.files import file_pairs
from app.gui.tables.library_table import CONDITIONS, base_name
from app.gui.tables.setting_pairs import setting_labels
from editing.errors import LibraryError
from editing.library.edit_row import EditRow
from editing.library.index import Library
from editing.library.lineage import family_of
from editing.library.records import read_record

translate = QCoreApplication.translate


def show_edit(context: GuiContext, edit: EditRow, details: EditDetails) -> None:
    """Show an edit with its record, its files, its kin, and what is wrong with it."""
    library = context.library
    details.labels = setting_labels(context.engine.description)
    trouble, record = trouble_of(library, edit), None
    try:
        record = read_record(library.folder_of(edit))
    except LibraryError as error:
        trouble = trouble or str(error)
    details.show_edit(edit, record, trouble, file_pairs(library, edit))
    kin = family_of(library.db, edit.id)
    details.lineage.show_kin(base_name(edit.model), kin, edit.id)


def trouble_of(library: Library, edit: EditRow) -> str:
    """Say what is wrong with an edit's files, and what can be done; empty where nothing is."""
    if damages := library.quick_look(edit):
        return translate("library", "{}. Get the file back, or reproduce the edit.").format(
            damages[0]
        )
    if edit.state == "ok":
        return ""
    meaning = CONDITIONS[edit.state].meaning
    return translate("library", "{} Verify it to see which; reproduce it to have it anew.").format(
        meaning
    )
