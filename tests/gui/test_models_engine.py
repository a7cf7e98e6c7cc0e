"""The page of models with the real engine process and a hub on this computer."""

import json
import os
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMessageBox, QPushButton

from app.gui.errands import PAUSED
from app.gui.pages.models.hub_dialog import HubDialog
from app.gui.pages.models.page import ModelsPage
from app.gui.pages.models.token_dialog import TokenDialog
from app.gui.session import open_session
from app.gui.tables.model_standing import FETCH
from app.gui.theme import Theme
from app.jobs.job import JobState
from app.preferences import Preferences
from tests.fake_hub import TOKEN, serving
from tests.tiny import tiny_backpack, tiny_transformer

pytestmark = pytest.mark.slow
PATIENCE_MS = 240_000
NAME = "somebody/small-model"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A model's folder to serve, and another to add from the disk."""
    folder = tmp_path_factory.mktemp("made")
    return tiny_transformer(folder / "served", "GPT-NeoX"), tiny_backpack(folder / "on-disk")


@pytest.fixture
def hub(made, monkeypatch, tmp_path):
    """A hub that the engine process asks, with a cache of its own."""
    with serving(made[0]) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        yield server


@pytest.fixture
def open_page(qapp, qtbot, data_dir, hub):
    """Open the page as a start of the program does; returns it with its session."""
    opened = []

    def _open():
        data_dir.mkdir(exist_ok=True)
        session = open_session(data_dir, Theme(qapp), Preferences())
        session.context.engine.start()
        page = ModelsPage(session.context)
        qtbot.addWidget(page)
        page.resize(1200, 760)
        page.show()
        qtbot.waitExposed(page)
        opened.append(session)
        return page, session

    yield _open
    for session in opened:
        session.close()


def row_named(page, source):
    return next((row for row in page.desk.rows() if row.source == source), None)


def errand_of(page):
    return next((v for v in page.desk.errands.all() if v.config.kind == FETCH), None)


def partial_bytes(tmp_path):
    return max((p.stat().st_size for p in (tmp_path / "hf").rglob("*.incomplete")), default=0)


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def look_up(page, qtbot, name, revision=""):
    page.add_from_hub.trigger()
    dialog = page.findChild(HubDialog)
    qtbot.keyClicks(dialog.name, name)
    qtbot.keyClicks(dialog.revision, revision)
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.busy.isHidden, timeout=PATIENCE_MS)
    return dialog


def notices(session):
    heard = []
    session.context.events.noticed.connect(lambda notice: heard.append(notice.text))
    return heard


def begin(page, qtbot, tmp_path):
    """Look the model up, see what it takes, and begin to fetch it."""
    dialog = look_up(page, qtbot, NAME)
    assert "It fits." in dialog.plan.verdict.text()
    press(qtbot, dialog.fetch_button)
    qtbot.waitUntil(lambda: partial_bytes(tmp_path) > 20_000, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "fetching" in page.details.state.text(), timeout=PATIENCE_MS)


def kill_the_engine(page, engine, qtbot):
    """End the engine as the system does; another one comes by itself."""
    os.kill(engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: errand_of(page).state is JobState.INTERRUPTED, timeout=PATIENCE_MS)
    assert "The system ended the engine" in page.details.errand.said.text()
    qtbot.waitUntil(lambda: engine.is_ready, timeout=PATIENCE_MS)


def pause(page, qtbot):
    page.details.errand.pause.trigger()
    qtbot.waitUntil(lambda: errand_of(page).state is JobState.INTERRUPTED, timeout=PATIENCE_MS)
    assert errand_of(page).message == PAUSED
    assert page.details.errand.said.text().startswith("Paused.")


def go_on_to_the_end(page, session, qtbot):
    """Go on with what an earlier start of the program had begun."""
    assert errand_of(page).message == PAUSED
    page.show_model(NAME)
    heard = notices(session)
    qtbot.waitUntil(lambda: session.context.engine.is_ready, timeout=PATIENCE_MS)
    page.details.errand.resume.trigger()
    qtbot.waitUntil(lambda: f"“{NAME}” is added." in heard, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: row_named(page, NAME).is_known, timeout=PATIENCE_MS)
    assert errand_of(page) is None


def test_a_download_is_killed_paused_gone_on_with_after_a_restart_and_used_offline(
    open_page, hub, qtbot, tmp_path, monkeypatch
):
    page, session = open_page()
    hub.slowness = 0.05
    begin(page, qtbot, tmp_path)
    kill_the_engine(page, session.context.engine, qtbot)
    before = partial_bytes(tmp_path)
    assert before > 20_000
    page.details.errand.resume.trigger()
    qtbot.waitUntil(lambda: partial_bytes(tmp_path) > before, timeout=PATIENCE_MS)
    assert str(before) in " ".join(hub.ranges())
    pause(page, qtbot)
    kept = partial_bytes(tmp_path)
    session.close()

    hub.slowness = 0.0
    page, session = open_page()  # another start of the program
    go_on_to_the_end(page, session, qtbot)
    assert str(kept) in hub.ranges()[-1]
    assert row_named(page, NAME).facts["family"] == "GPT-NeoX"
    page.details.use.trigger()
    assert session.context.selection.model == NAME
    session.close()

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub.asked.clear()
    page, session = open_page()
    answers = []
    asked = {"model": NAME, "prompt": "The", "tokens": 2}
    session.context.engine.ask("generate", asked, answers.append, on_error=answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=PATIENCE_MS)
    assert answers[0]["continuation"]
    assert hub.asked == []


def test_a_cancelled_download_leaves_nothing_behind(open_page, hub, qtbot, tmp_path):
    page, session = open_page()
    hub.slowness = 0.4
    dialog = look_up(page, qtbot, NAME, "v1")
    press(qtbot, dialog.fetch_button)
    qtbot.waitUntil(lambda: partial_bytes(tmp_path) > 20_000, timeout=PATIENCE_MS)
    heard = notices(session)
    page.show_model(f"{NAME}@v1")
    qtbot.waitUntil(lambda: errand_of(page).progress is not None, timeout=PATIENCE_MS)
    page.details.errand.cancel.trigger()
    box = page.findChild(QMessageBox)
    (delete,) = [b for b in box.findChildren(QPushButton) if b.text().startswith("Delete")]
    press(qtbot, delete)
    qtbot.waitUntil(lambda: any("is not fetched" in said for said in heard), timeout=PATIENCE_MS)
    assert not list((tmp_path / "hf").rglob("*small-model*/blobs/*"))
    assert row_named(page, f"{NAME}@v1") is None
    assert session.context.engine.is_ready


def holders(folder):
    """Name the files that hold the token."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if TOKEN.encode() in path.read_bytes()]


def refused_for_its_terms(page, qtbot, hub):
    """Ask for a model that is not for everyone, and be told so."""
    hub.needs_token = hub.is_gated = True
    dialog = look_up(page, qtbot, NAME)  # anyone may see what it consists of
    press(qtbot, dialog.fetch_button)
    qtbot.waitUntil(lambda: errand_of(page) is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: errand_of(page).state is JobState.FAILED, timeout=PATIENCE_MS)
    assert "accepted its terms" in page.details.errand.said.text()


@pytest.mark.parametrize("has_keyring", [True, False], ids=["keyring", "no-keyring"])
def test_a_gated_model_is_fetched_once_a_token_is_given_which_is_written_nowhere_else(
    open_page, hub, qtbot, tmp_path, monkeypatch, has_keyring
):
    ring, file = tmp_path / "ring.json", tmp_path / "hf" / "token"
    if has_keyring:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyrings.FileKeyring")
        monkeypatch.setenv("KEYRING_PROPERTY_FILE", str(ring))
    page, session = open_page()
    refused_for_its_terms(page, qtbot, hub)
    heard = notices(session)
    page.details.errand.token.trigger()
    asking = page.findChild(TokenDialog)
    qtbot.keyClicks(asking.field, TOKEN)
    qtbot.keyClick(asking.field, Qt.Key.Key_Return)
    place = "the system's keyring" if has_keyring else str(file)
    reason = "" if has_keyring else "This system has no keyring that the program can use. "
    said = f"{reason}The token is kept in {place}."
    qtbot.waitUntil(lambda: said in heard, timeout=PATIENCE_MS)
    page.details.errand.resume.trigger()
    qtbot.waitUntil(lambda: f"“{NAME}” is added." in heard, timeout=PATIENCE_MS)
    assert holders(tmp_path) == [ring if has_keyring else file]
    assert hub.leaked == []
    assert TOKEN not in json.dumps(list(session.context.engine._stderr))
    page.token.trigger()
    asking = page.findChildren(TokenDialog)[-1]
    qtbot.waitUntil(lambda: place in asking.kept.text(), timeout=PATIENCE_MS)
    asking.remove.trigger()
    qtbot.waitUntil(lambda: f"The token is taken out of {place}." in heard, timeout=PATIENCE_MS)
    assert holders(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("somebody/other", "The hub has no model somebody/other"),
        (f"{NAME}@none", "but not this revision"),
        ("not a name", "neither a folder nor a name"),
    ],
)
def test_what_the_hub_refuses_is_said_with_what_to_do(open_page, qtbot, name, sentence):
    page, _ = open_page()
    dialog = look_up(page, qtbot, name)
    assert sentence in dialog.said.text()
    assert not dialog.fetch_button.isEnabled()
    dialog.reject()


def test_a_dropped_folder_is_added_checked_and_removed_untouched(open_page, made, qtbot):
    folder = made[1]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    page, session = open_page()
    heard = notices(session)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder / "config.json"))])
    page.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    source = str(folder)

    def is_known():
        row = row_named(page, source)
        return row is not None and row.is_known

    qtbot.waitUntil(is_known, timeout=PATIENCE_MS)
    assert page.details.row.source == source
    assert all(not method["reason"] for method in page.details.row.facts["methods"])
    page.details.check.trigger()
    qtbot.waitUntil(
        lambda: any("every byte was read" in said for said in heard), timeout=PATIENCE_MS
    )
    qtbot.waitUntil(lambda: page.details.state.text() == "✓ checked", timeout=PATIENCE_MS)
    pairs = dict(line.split("\t") for line in page.details.facts.pairs.text().splitlines())
    assert len(pairs["Fingerprint"]) == len(pairs["SHA-256 of its files"]) == 64
    page.details.remove.trigger()
    box = page.findChild(QMessageBox)
    assert "stay where they are" in box.informativeText()
    (yes,) = [b for b in box.findChildren(QPushButton) if b.text() == "Take off the list"]
    press(qtbot, yes)
    qtbot.waitUntil(lambda: row_named(page, source) is None, timeout=PATIENCE_MS)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_folder_that_is_no_model_is_refused_with_the_reason(open_page, qtbot, tmp_path: Path):
    page, session = open_page()
    heard = notices(session)
    page.add_folder(tmp_path)
    qtbot.waitUntil(
        lambda: any("has no config.json" in said for said in heard), timeout=PATIENCE_MS
    )
