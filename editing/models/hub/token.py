"""The token for models that are not for everyone: in the system's keyring, or the hub's own file.

Whoever has set HF_TOKEN for all programs of the hub need not give it here.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import keyring
from huggingface_hub import constants
from keyring import errors

from editing.errors import EditingError

KEYRING = "the system's keyring"
_SERVICE, _USER = "exemplar", "huggingface-hub"
VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
"""Where the hub's client looks before its file; what is there is not the program's to remove."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class KeptToken:
    """Where a token was put."""

    place: str
    reason: str = ""
    """Why it is not in the keyring; empty where it is."""


class _KeyringError(EditingError):
    """There is no keyring, or it does not do what it is asked to."""


def token_of_keyring() -> str | None:
    """Return the token that is kept in the system's keyring, if there is one."""
    try:
        return _asked(lambda: keyring.get_password(_SERVICE, _USER))
    except _KeyringError:
        return None


def keep_token(token: str) -> KeptToken:
    """Keep a token, in the keyring where there is one, else in the hub's own file.

    Raises:
        EditingError: The file cannot be written.
    """
    try:
        _asked(lambda: keyring.set_password(_SERVICE, _USER, token))
    except _KeyringError as error:
        _write(_file(), token)
        return KeptToken(str(_file()), str(error))
    return KeptToken(KEYRING)


def token_places() -> list[str]:
    """Name the places that have a token, in words, in the order in which they are asked."""
    places = [KEYRING] if token_of_keyring() else []
    places += [name for name in VARIABLES if os.environ.get(name)]
    return [*places, str(_file())] if _file().is_file() else places


def remove_token() -> list[str]:
    """Take the token out of the keyring and the hub's own file; return where it was.

    Raises:
        EditingError: A keyring that may have it cannot be asked; the file is gone then.
    """
    removed = [str(_file())] if _file().is_file() else []
    _file().unlink(missing_ok=True)
    try:
        if _asked(lambda: keyring.get_password(_SERVICE, _USER)) is not None:
            _asked(lambda: keyring.delete_password(_SERVICE, _USER))
            removed.insert(0, KEYRING)
    except _NoKeyring:
        pass
    except _KeyringError as error:
        raise EditingError(
            f"{error} A token may still be in it: unlock it, then remove the token again."
        ) from error
    return removed


class _NoKeyring(_KeyringError):
    """The system has none."""


def _asked(ask: Callable[[], _Result]) -> _Result:
    """Ask the keyring; what a system's own one raises is known to nobody, and may hold secrets.

    Raises:
        _KeyringError: It did not do it; the message says only which kind of error it was.
    """
    try:
        return ask()
    except errors.NoKeyringError as error:
        raise _NoKeyring("This system has no keyring that the program can use.") from error
    except errors.KeyringLocked as error:
        raise _KeyringError("The system's keyring is locked.") from error
    except Exception as error:  # every system's keyring has errors of its own
        kind = type(error).__name__
        raise _KeyringError(f"The system's keyring does not answer ({kind}).") from error


def _file() -> Path:
    """The hub's own file, which its other programs use too."""
    return Path(constants.HF_TOKEN_PATH)


def _write(path: Path, token: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        private = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(private, "w", encoding="utf-8") as file:  # noqa: PTH123 - private from the start
            file.write(token)
        path.chmod(0o600)
    except OSError as error:
        raise EditingError(
            f"The token cannot be kept in {path} ({error.strerror}). Make it writable, or set "
            "HF_TOKEN for the program instead."
        ) from error
