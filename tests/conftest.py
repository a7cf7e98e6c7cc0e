"""What every test runs in: no screen, one torch thread, no network, and no real home folder."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

_HOME = tempfile.mkdtemp(prefix="exemplar-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
_PERSONAL = (
    *("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"),
    *("HF_HOME", "HF_TOKEN"),
)
for _name in _PERSONAL:
    os.environ.pop(_name, None)
os.environ.update(  # before any test imports Qt, torch or transformers; child processes inherit it
    {
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "HF_HUB_OFFLINE": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",  # not that of who runs the tests
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HOME": _HOME,
        "USERPROFILE": _HOME,
        "EXEMPLAR_DATA_DIR": str(Path(_HOME) / "data"),
    }
)


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a data folder of its own, which `app.paths` and child processes find."""
    folder = tmp_path / "exemplar-data"
    monkeypatch.setenv("EXEMPLAR_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Pytest-qt's user, who waits long enough for a machine that is busy with other things."""
    for name in ("waitUntil", "waitSignal", "waitSignals"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=60_000))
    return qtbot


@pytest.fixture
def project_folder() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def no_window_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test of the window that leaves one open."""
    yield
    if "qtbot" not in request.fixturenames:
        return
    from PySide6.QtWidgets import QApplication

    left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    for widget in left:  # so that only the test that left it fails
        widget.close()
    assert not left, f"still open: {left}"
