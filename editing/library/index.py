"""The library's index: rows in, rows out. Every edit's folder says the same, so it can be rebuilt.

Torch-free. Files are written under a temporary name, synced and renamed before their row is
inserted: the row is the commit.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from editing.errors import LibraryError
from editing.library.damage import Damage, changed_files
from editing.library.edit_row import EditRow, columns_of, row_of, row_of_record
from editing.library.lineage import find_parents, keep_parents, parents_in
from editing.library.lock import library_lock
from editing.library.records import (
    RECORD,
    TENSORS,
    read_record,
    sha256_of,
    sync_folder,
    write_record,
)
from editing.library.schema import Row, open_database, put_aside_if_damaged, query, writing
from editing.library.searching import FOUND, example_words, match_of
from editing.library.states import FileState, quick_damages, size_of, state_of
from editing.progress import Progress, Report, unheard

LONGEST_NAME = 120


class Library:
    """Everything that is kept, in one folder; one instance serves one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db: Database = open_database(folder)

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def data_version(self) -> int:
        """Return a number that changes when another process has written."""
        return int(self.db.execute("PRAGMA data_version").fetchone()[0])

    def edits(self) -> list[EditRow]:
        """List the edits, newest first."""
        return self._rows("trashed IS NULL ORDER BY created DESC, id DESC")

    def trashed_edits(self) -> list[EditRow]:
        """List the edits in the trash, the last one deleted first."""
        return self._rows("trashed IS NOT NULL ORDER BY trashed DESC, id DESC")

    def search(self, text: str) -> list[EditRow]:
        """List the edits whose name, notes, tags or examples hold words beginning like `text`'s."""
        if not (match := match_of(text)):
            return self.edits()
        return self._rows(f"trashed IS NULL AND {FOUND} ORDER BY created DESC", {"match": match})

    def edit(self, name_or_id: str) -> EditRow:
        """Find an edit by its name (whatever the case) or its id.

        Raises:
            LibraryError: There is none.
        """
        rows = self._rows("id = :key", {"key": name_or_id}) or self._rows(
            "trashed IS NULL AND name = :key COLLATE NOCASE", {"key": name_or_id}
        )
        if not rows:
            raise LibraryError(f"The library has no edit {name_or_id!r}. `library list` names all.")
        return rows[0]

    def folder_of(self, edit: EditRow) -> Path:
        """Return where an edit's files are, in the trash or out of it."""
        places = [self.edits_folder / edit.id, self.trash_folder / edit.id]
        return next((place for place in places if place.is_dir()), places[0])

    @property
    def edits_folder(self) -> Path:
        """Where edit folders are."""
        return self.folder / "edits"

    @property
    def trash_folder(self) -> Path:
        """Where deleted edit folders wait."""
        return self.folder / "trash"

    def check_name(self, name: str) -> None:
        """Refuse a name an edit cannot have, or that another has.

        Raises:
            LibraryError: It is empty, too long, has an @ or a control character, or is taken.
        """
        if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME:
            raise LibraryError(
                f"{name!r} is no name for an edit. Use 1 to {LONGEST_NAME} characters without "
                "spaces at the ends."
            )
        if "@" in name or not name.isprintable():
            raise LibraryError(f"{name!r} is no name for an edit. Leave out @ and line breaks.")
        if self._is_taken(name):
            raise LibraryError(f"There is an edit {name!r} already. Choose another name.")

    def free_name(self, name: str) -> str:
        """Return `name`, or with a number behind it where it is taken."""
        tries = [name, *(f"{name} {number}" for number in range(2, 10_000))]
        return next(each for each in tries if not self._is_taken(each))

    def add_edit(self, folder: Path, *, name: str | None = None) -> EditRow:
        """Take an edit folder in, copying it where it lies elsewhere, and insert its row.

        An edit that is in the library already stays as it is. Without a `name` its own is taken,
        with a number behind it where another edit has it.

        Raises:
            LibraryError: It is no edit, damaged, of a newer version, or its name is taken.
        """
        record = read_record(folder)
        if problems := changed_files(folder, record["files"]):
            raise LibraryError(f"{problems[0]}. Get the edit again.")
        if self._rows("id = :key", {"key": record["id"]}):
            return self.edit(record["id"])
        own, record["name"] = record["name"], name or self.free_name(record["name"])
        self.check_name(record["name"])
        target = self.edits_folder / record["id"]
        if folder.resolve() != target.resolve():
            _copy_in(folder, target, record)
        elif record["name"] != own:
            write_record(target, record)
        with writing(self.db):
            self.insert(target, record, trashed=None)
        return self.edit(record["id"])

    def rename(self, edit_id: str, name: str) -> EditRow:
        """Give an edit another name.

        Raises:
            LibraryError: The name cannot be used.
        """
        if self.edit(edit_id).name.casefold() != name.casefold():
            self.check_name(name)
        return self._rewrite(edit_id, {"name": name})

    def note(self, edit_id: str, notes: str) -> EditRow:
        """Replace an edit's notes."""
        return self._rewrite(edit_id, {"notes": notes})

    def tag(self, edit_id: str, tags: tuple[str, ...]) -> EditRow:
        """Replace an edit's tags."""
        return self._rewrite(edit_id, {"tags": list(tags)})

    def keep_texts(self, edit_id: str, texts: Sequence[Mapping[str, Any]]) -> EditRow:
        """Replace what is kept of texts that an edited model wrote; see `judged_texts`."""
        return self._rewrite(edit_id, {"judged_texts": list(texts)})

    def trash(self, edit_id: str) -> EditRow:
        """Put an edit into the trash, from where `restore` gets it."""
        edit = self.edit(edit_id)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        self._move(edit, self.trash_folder, {"trashed": now})
        return replace(edit, trashed=now)

    def restore(self, edit_id: str) -> EditRow:
        """Take an edit out of the trash, under another name if its own is taken by now."""
        edit = next((row for row in self.trashed_edits() if edit_id in (row.id, row.name)), None)
        if edit is None:
            raise LibraryError(f"The trash has no edit {edit_id!r}.")
        name = self.free_name(edit.name)
        self._move(edit, self.edits_folder, {"trashed": None, "name": name})
        return self.edit(edit.id) if name == edit.name else self._rewrite(edit.id, {"name": name})

    def delete_for_good(self, edit_id: str) -> None:
        """Delete an edit that is in the trash; nothing gets it back.

        Raises:
            LibraryError: The trash has no such edit.
        """
        edit = self.edit(edit_id)
        if edit.trashed is None:
            raise LibraryError(f"{edit.name} is not in the trash. Delete it first.")
        folder = self.folder_of(edit)
        with writing(self.db):
            self.db.execute("DELETE FROM edit_files WHERE edit = ?", [edit.id])
            self.db.execute("DELETE FROM edits WHERE id = ?", [edit.id])
        shutil.rmtree(folder, ignore_errors=True)

    def verify(self, report: Report = unheard, *, only: str | None = None) -> list[Damage]:
        """Hash every file of every edit again and name those that are missing or changed.

        Args:
            report: Told of every edit; may raise Cancelled, what was found so far stays known.
            only: The id of the one edit to look at.
        """
        damages: list[Damage] = []
        edits = [self.edit(only)] if only else [*self.edits(), *self.trashed_edits()]
        for done, edit in enumerate(edits):
            report(Progress("verifying", done, len(edits), edit.name))
            found = changed_files(self.folder_of(edit), self.hashes_of(edit.id))
            self.keep_states({edit.id: (edit.state, state_of(found))})
            damages += found
        report(Progress("verifying", len(edits), len(edits)))
        return damages

    def quick_look(self, edit: EditRow) -> list[Damage]:
        """Name the files of an edit that are missing or of another size, without reading them."""
        return quick_damages(self.folder_of(edit), self.sizes_of(edit.id))

    def keep_states(self, states: Mapping[str, tuple[str, FileState]]) -> None:
        """Store how edits' files are, where that differs: id to the state known and the one found.

        A quick look does not know better than a hash did: see `reconcile`.
        """
        news = [(str(new), edit_id) for edit_id, (old, new) in states.items() if str(new) != old]
        if news:
            with writing(self.db):
                self.db.conn.executemany("UPDATE edits SET state = ? WHERE id = ?", news)

    def rebuild(self, report: Report = unheard) -> list[str]:
        """Make the edits' rows anew from their folders; example sets stay as they are.

        Returns:
            What is wrong with folders that could not be taken in.

        Raises:
            LibraryError: Another process is rebuilding or migrating.
        """
        problems: list[str] = []
        with library_lock(self.folder), writing(self.db):
            self.db.execute("DELETE FROM edit_files")
            self.db.execute("DELETE FROM edits")
            places = [
                *sorted(self.edits_folder.glob("[!.]*/")),
                *sorted(self.trash_folder.glob("[!.]*/")),
            ]
            for done, place in enumerate(places):
                report(Progress("rebuilding", done, len(places), place.name))
                try:
                    self._take_back(place)
                except LibraryError as error:
                    problems.append(str(error))
            find_parents(self.db)  # a child may have been taken back before its parent
            report(Progress("rebuilding", len(places), len(places)))
        return problems

    @classmethod
    def rebuilt(cls, folder: Path, report: Report = unheard) -> tuple[Self, list[str]]:
        """Open and rebuild a library, putting a database that cannot be read aside.

        Returns:
            The library, and what could not be taken in.
        """
        try:
            library = cls(folder)
        except LibraryError:
            if not put_aside_if_damaged(folder):
                raise
            library = cls(folder)
        return library, library.rebuild(report)

    def _take_back(self, folder: Path) -> None:
        record = read_record(folder)
        if damages := changed_files(folder, record["files"]):
            raise LibraryError(str(damages[0]))
        in_trash = folder.parent == self.trash_folder
        if not in_trash and (name := self.free_name(record["name"])) != record["name"]:
            record["name"] = name
            write_record(folder, record)
        self.insert(folder, record, trashed=_written(folder) if in_trash else None)

    def _rows(self, where: str, values: Mapping[str, str] | None = None) -> list[EditRow]:
        sizes = "(SELECT sum(size_bytes) FROM edit_files WHERE edit = edits.id) AS size_bytes"
        select = f"SELECT edits.*, {sizes} FROM edits WHERE {where}"  # noqa: S608 - this file's own
        return [row_of(row) for row in query(self.db, select, values)]

    def hashes_of(self, edit_id: str) -> dict[str, str]:
        """Return the SHA-256 of an edit's files as they were written."""
        return {file["name"]: file["sha256"] for file in self._files(edit_id)}

    def sizes_of(self, edit_id: str) -> dict[str, int]:
        """Return the bytes of an edit's files as they were written."""
        return {file["name"]: file["size_bytes"] for file in self._files(edit_id)}

    def _files(self, edit_id: str) -> list[Row]:
        select = "SELECT name, size_bytes, sha256 FROM edit_files WHERE edit = :id"
        return query(self.db, select, {"id": edit_id})

    def _is_taken(self, name: str) -> bool:
        return bool(self._rows("trashed IS NULL AND name = :name COLLATE NOCASE", {"name": name}))

    def insert(self, folder: Path, record: Mapping[str, Any], *, trashed: str | None) -> None:
        """Insert the row of an edit folder and what belongs to it; call it inside a transaction."""
        row = replace(row_of_record(record), trashed=trashed)
        self.db.table("edits").insert(columns_of(row), pk="id")
        self.db.execute(
            "UPDATE edit_search SET examples = ? "
            "WHERE rowid = (SELECT rowid FROM edits WHERE id = ?)",
            [example_words(record), row.id],
        )
        keep_parents(self.db, row.id, parents_in(record))
        self._record_files(row.id, folder, record["files"])

    def _record_files(self, edit_id: str, folder: Path, known: Mapping[str, str]) -> None:
        """Store names, sizes and hashes: the record's as it is, the others' as it says."""
        record = folder / RECORD
        hashes = {RECORD: sha256_of(record), TENSORS: known[TENSORS]}
        files = [
            {
                "edit": edit_id,
                "name": name,
                "size_bytes": size_of(folder / name),
                "sha256": sha256,
            }
            for name, sha256 in hashes.items()
        ]
        self.db.table("edit_files").upsert_all(files, pk=("edit", "name"))

    def _rewrite(self, edit_id: str, changes: Mapping[str, Any]) -> EditRow:
        """Change what people may change about an edit: in its folder, then in its row."""
        edit = self.edit(edit_id)
        folder = self.folder_of(edit)
        record = {**read_record(folder), **changes}
        write_record(folder, record)
        row = replace(row_of_record(record), trashed=edit.trashed)
        with writing(self.db):
            self.db.table("edits").update(edit.id, columns_of(row))
            self._record_files(edit.id, folder, record["files"])
        return self.edit(edit.id)

    def _move(self, edit: EditRow, to: Path, changes: Mapping[str, Any]) -> None:
        to.mkdir(exist_ok=True)
        with writing(self.db):
            self.db.table("edits").update(edit.id, dict(changes))
            folder = self.folder_of(edit)
            if folder.is_dir() and folder.parent != to:
                folder.rename(to / edit.id)
                sync_folder(to)


def _copy_in(folder: Path, target: Path, record: Mapping[str, Any]) -> None:
    """Copy the edit's files under a temporary name, then rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f".{target.name}.part"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    shutil.copyfile(folder / TENSORS, temporary / TENSORS)
    write_record(temporary, record)
    temporary.rename(target)
    sync_folder(target.parent)


def _written(folder: Path) -> str:
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC).isoformat(timespec="microseconds")
