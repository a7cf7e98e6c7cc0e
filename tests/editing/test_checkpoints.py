"""Checkpoints keep tensors and plain values bit for bit, and are replaced whole."""

from pathlib import Path

import pytest
import torch

from editing.checkpoints import FileCheckpoints
from editing.errors import EditingError


def test_there_is_none_before_the_first(tmp_path: Path) -> None:
    assert FileCheckpoints(tmp_path / "checkpoint.pt").load() is None


def test_a_state_comes_back_bit_for_bit(tmp_path: Path) -> None:
    checkpoints = FileCheckpoints(tmp_path / "checkpoint.pt")
    generator = torch.Generator().manual_seed(3)
    tensor = torch.randn(5, generator=generator)
    checkpoints.save({"epoch": 2, "moments": [tensor], "generator": generator.get_state()})
    state = checkpoints.load()
    assert state is not None
    assert state["epoch"] == 2
    assert torch.equal(state["moments"][0], tensor)
    assert torch.equal(state["generator"], generator.get_state())


def test_only_the_last_is_kept(tmp_path: Path) -> None:
    checkpoints = FileCheckpoints(tmp_path / "checkpoint.pt")
    checkpoints.save({"epoch": 1})
    checkpoints.save({"epoch": 2})
    assert checkpoints.load() == {"epoch": 2}
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_save_that_fails_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = FileCheckpoints(tmp_path / "checkpoint.pt")
    checkpoints.save({"epoch": 1})
    monkeypatch.setattr("os.fsync", _full_disk)
    with pytest.raises(OSError, match="No space"):
        checkpoints.save({"epoch": 2})
    assert checkpoints.load() == {"epoch": 1}


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save({"format": 99, "state": {}}, path)
    with pytest.raises(EditingError, match="newer version"):
        FileCheckpoints(path).load()


def _full_disk(descriptor: int) -> None:
    raise OSError(28, "No space left on device")
