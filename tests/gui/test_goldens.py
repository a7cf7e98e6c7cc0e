"""Every page looks as it did: light and dark, empty, filled, and when something is wrong.

After a change that is meant, `python -m tests.gui.goldens` makes the pictures anew; look at them.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from tests.gui import drawing, goldens

MOST = 0.001
"""The share of pixels that may differ."""
PICTURES = [
    f"{name}-{state}-{look}.png"
    for name in goldens.NAMES
    for state in goldens.STATES
    for look in drawing.LOOKS
]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, project_folder) -> Path:
    """Draw everything in a process of its own, as the kept pictures were."""
    folder = tmp_path_factory.mktemp("goldens")
    command = [sys.executable, "-m", "tests.gui.goldens", str(folder)]
    done = subprocess.run(command, cwd=project_folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def project_folder() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_a_page_looks_as_it_did(name, drawn):
    here = json.loads((drawn / goldens.MACHINE).read_text())
    kept = json.loads((goldens.FOLDER / goldens.MACHINE).read_text())
    if here != kept:
        pytest.skip(f"drawn with {kept}, and here there is {here}: letters differ")
    share = goldens.differing(QImage(str(goldens.FOLDER / name)), QImage(str(drawn / name)))
    assert share <= MOST, f"{share:.2%} of {name} differ; the new one is {drawn / name}"


def test_every_picture_is_kept_and_small():
    sizes = {path.name: path.stat().st_size for path in goldens.FOLDER.glob("*.png")}
    assert sorted(sizes) == sorted(PICTURES)
    assert max(sizes.values()) < 200_000


def test_the_comparison_counts_pixels():
    one = QImage(100, 50, QImage.Format.Format_RGB888)
    one.fill(Qt.GlobalColor.white)
    other = one.copy()
    assert goldens.differing(one, other) == 0
    for x in range(5):
        other.setPixelColor(x, 7, Qt.GlobalColor.black)
    assert goldens.differing(one, other) == pytest.approx(5 / 5000)
    assert goldens.differing(one, one.copy(0, 0, 99, 50)) == 1
