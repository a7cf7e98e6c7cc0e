"""The hub's token, with real keyrings of the `keyring` package: kept, shown to the hub, removed."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring.core
import pytest
from huggingface_hub import constants
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from app.cli import main as cli
from editing.errors import EditingError
from editing.models.hub import Hub, HubError, HubId, fetch, plan_download
from editing.models.hub.token import (
    KEYRING,
    KeptToken,
    keep_token,
    remove_token,
    token_of_keyring,
    token_places,
)
from editing.progress import unheard
from tests.fake_hub import TOKEN, FakeHub, serving
from tests.keyrings import BrokenKeyring, FileKeyring, LockedKeyring

MODEL = HubId("somebody/small-model")
NONE = "This system has no keyring that the program can use."
UseKeyring = Callable[[KeyringBackend], KeyringBackend]


@pytest.fixture(autouse=True)
def token_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's own file."""
    path = tmp_path / "hub" / "token"
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(path))
    return path


@pytest.fixture
def use() -> Iterator[UseKeyring]:
    before = keyring.get_keyring()

    def _use(backend: KeyringBackend) -> KeyringBackend:
        keyring.set_keyring(backend)
        return backend

    yield _use
    keyring.set_keyring(before)


@pytest.fixture
def ring(use: UseKeyring, tmp_path: Path) -> Path:
    """The file of a keyring that is in use."""
    backend = FileKeyring()
    backend.file = str(tmp_path / "ring.json")
    use(backend)
    return tmp_path / "ring.json"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with serving() as hub:
        hub.files = {"config.json": b"{}", "model.safetensors": b"weights" * 1000}
        hub.needs_token = True
        yield hub


@pytest.fixture
def hub(server: FakeHub, tmp_path: Path) -> Hub:
    return Hub(server.url, tmp_path / "cache")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["models", "token", *arguments]) == cli.DONE
    return capsys.readouterr().out.strip()


def test_a_keyring_has_the_token_and_no_file(ring: Path, token_file: Path) -> None:
    assert keep_token(TOKEN) == KeptToken(KEYRING)
    assert TOKEN in ring.read_text()
    assert token_of_keyring() == TOKEN
    assert token_places() == [KEYRING]
    assert not token_file.exists()


def test_a_token_of_the_keyring_is_shown_to_the_hub_alone(
    ring: Path, server: FakeHub, hub: Hub
) -> None:
    keep_token(TOKEN)
    folder = fetch(plan_download(MODEL, hub), hub, unheard)
    assert (folder / "model.safetensors").read_bytes() == server.files["model.safetensors"]
    assert server.leaked == []


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        (NoKeyring(), NONE),
        (LockedKeyring(), "The system's keyring is locked."),
        (BrokenKeyring(), "The system's keyring does not answer (ConnectionError)."),
    ],
    ids=["none", "locked", "broken"],
)
def test_without_a_keyring_the_hubs_own_file_has_the_token_and_it_is_said_why(
    use: UseKeyring,
    server: FakeHub,
    hub: Hub,
    token_file: Path,
    backend: KeyringBackend,
    reason: str,
) -> None:
    use(backend)
    assert keep_token(TOKEN) == KeptToken(str(token_file), reason)
    assert token_file.stat().st_mode & 0o077 == 0
    assert token_places() == [str(token_file)]
    assert fetch(plan_download(MODEL, hub), hub, unheard).is_dir()
    assert server.leaked == []


def test_a_removed_token_is_nowhere_and_the_hub_refuses_again(
    ring: Path, token_file: Path, server: FakeHub, hub: Hub
) -> None:
    keep_token(TOKEN)
    token_file.parent.mkdir()
    token_file.write_text("an older one")
    assert remove_token() == [KEYRING, str(token_file)]
    assert json.loads(ring.read_text()) == {}
    assert token_places() == remove_token() == []
    with pytest.raises(HubError, match="private"):
        plan_download(MODEL, hub)


def test_a_locked_keyring_may_still_have_it_and_that_is_said(
    use: UseKeyring, token_file: Path
) -> None:
    use(LockedKeyring())
    keep_token(TOKEN)
    with pytest.raises(EditingError, match=r"is locked\. A token may still be in it"):
        remove_token()
    assert not token_file.exists()


def test_the_environments_token_is_named_and_left_alone(
    use: UseKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(NoKeyring())
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert remove_token() == []
    assert token_places() == ["HF_TOKEN"]


def test_a_file_that_cannot_be_written_is_said_to_be(use: UseKeyring, token_file: Path) -> None:
    use(NoKeyring())
    token_file.mkdir(parents=True)
    with pytest.raises(EditingError, match=r"cannot be kept in .* Make it writable"):
        keep_token(TOKEN)


def test_no_log_has_the_token_whatever_the_keyring_does(
    use: UseKeyring,
    ring: Path,
    server: FakeHub,
    hub: Hub,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        keep_token(TOKEN)
        fetch(plan_download(MODEL, hub), hub, unheard)
        use(BrokenKeyring())
        kept = keep_token(TOKEN)
    assert caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN not in kept.reason


def test_a_keyring_that_is_named_wrongly_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, token_file: Path
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)  # as in a new process
    said = "The system's keyring does not answer (ModuleNotFoundError)."
    assert keep_token(TOKEN) == KeptToken(str(token_file), said)


def test_the_command_line_keeps_shows_and_removes_it(
    ring: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.readline", lambda: f"{TOKEN}\n", raising=False)
    assert run(capsys) == "The token is kept in the system's keyring."
    assert run(capsys, "--show") == "A token is kept in the system's keyring."
    assert run(capsys, "--remove") == "The token is taken out of the system's keyring."
    assert run(capsys, "--show") == "No token is kept."


def test_the_command_line_says_why_it_is_not_in_a_keyring(
    use: UseKeyring,
    token_file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(NoKeyring())
    monkeypatch.setattr("sys.stdin.readline", lambda: TOKEN, raising=False)
    assert run(capsys) == f"{NONE} The token is kept in {token_file}."
