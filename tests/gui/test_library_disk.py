"""What edits take on the disk: the trash, what is safe to free, what is looked at at the start."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton

from app.gui.pages.library.disk import DiskDialog
from app.gui.reconciling import Reconciling
from app.operations.disk_usage import disk_usage
from editing.progress import Cancelled
from tests.gui import page_kit as kit
from tests.gui.library_kit import names_in, notices, press_in, put


def test_the_trash_is_emptied_after_asking(open_library, gui, qtbot):
    edit = put(gui, "Alpha")
    put(gui, "Beta", 1)
    gui.library.trash(edit.id)
    page, heard = open_library(), notices(gui)
    page.can.trash.setChecked(True)
    page.can.empty_trash.trigger()
    press_in(qtbot, page.findChild(QMessageBox), "Empty trash")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[-1].text.startswith("The trash is empty")
    assert list(gui.library.trash_folder.iterdir()) == []
    assert names_in(page) == ["Beta"]


def test_the_disk_says_what_is_safe_to_free_and_frees_it(open_library, gui, qtbot):
    put(gui, "Alpha")
    passes = gui.data_folder / "cache" / "base-passes" / "one"
    passes.mkdir(parents=True)
    (passes / "rows.bin").write_bytes(b"\0" * 5_000_000)
    page, heard = open_library(), notices(gui)
    page.can.disk.trigger()
    dialog = page.findChild(DiskDialog)
    qtbot.waitUntil(lambda: dialog.usage is not None)
    assert "5.0\u00a0MB can be freed" in dialog.said.text()
    free = [b for b in dialog.findChildren(QPushButton) if b.accessibleName().startswith("Free")]
    assert [button.accessibleName() for button in free] == ["Free: Passes over general text"]
    qtbot.mouseClick(free[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not passes.exists())
    qtbot.waitUntil(lambda: bool(heard) and not dialog.background.is_running)
    assert heard[-1].text == "Passes over general text: 5.0\u00a0MB freed."
    assert gui.library.edit("Alpha").state == "ok"
    dialog.reject()


def test_passes_that_a_job_uses_are_not_freed(open_library, gui, qtbot):
    put(gui, "Alpha")
    gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
    passes = gui.data_folder / "cache" / "base-passes" / "one"
    passes.mkdir(parents=True)
    (passes / "rows.bin").write_bytes(b"\0" * 5_000)
    page = open_library()
    page.can.disk.trigger()
    dialog = page.findChild(DiskDialog)
    qtbot.waitUntil(lambda: dialog.usage is not None)
    free = [b for b in dialog.findChildren(QPushButton) if b.accessibleName().startswith("Free")]
    assert [button.isEnabled() for button in free] == [False]
    dialog.reject()


def test_half_written_folders_are_counted_only_when_old(gui):
    import os

    for name, age in ((".old.part", 7200), (".new.part", 10)):
        folder = gui.data_folder / "edits" / name
        folder.mkdir(parents=True)
        (folder / "edit.safetensors").write_bytes(b"\0" * 100)
        then = folder.stat().st_mtime - age
        os.utime(folder, (then, then))
    parts = {part.key: part for part in disk_usage(str(gui.data_folder)).parts}
    assert [path.name for path in parts["unfinished"].paths] == [".old.part"]


def test_counting_can_be_cancelled(gui):
    def stop(progress):
        raise Cancelled

    with pytest.raises(Cancelled):
        disk_usage(str(gui.data_folder), stop)


def test_sizes_are_told_apart_into_own_and_shared(open_library, gui):
    put(gui, "Alpha")
    put(gui, "Beta", 1)
    page = open_library()
    pairs = dict(line.split("\t") for line in page.details.origin.pairs.text().splitlines())
    assert pairs["Shared size"].endswith("of 2 edits")
    assert json.loads(Path(pairs["Folder"], "edit.json").read_text())["name"] in ("Alpha", "Beta")


def test_at_the_start_the_library_is_looked_at_beside_the_work(gui, qtbot):
    edit = put(gui, "Alpha")
    (gui.library.folder_of(edit) / "edit.safetensors").unlink()
    reconciling = Reconciling(gui.data_folder, gui.events)
    with qtbot.waitSignals([gui.events.noticed, gui.events.library_changed]):
        reconciling.start()
        assert reconciling.background.is_running
    assert gui.library.edit("Alpha").state == "missing"
    heard = notices(gui)
    qtbot.waitUntil(lambda: not reconciling.background.is_running)
    reconciling.start()
    qtbot.waitUntil(lambda: not reconciling.background.is_running)
    assert heard == []
