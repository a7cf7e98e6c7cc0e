"""Keyrings of one's own, set through the `keyring` package's interface.

A child process takes one by name: `PYTHON_KEYRING_BACKEND=tests.keyrings.FileKeyring`, and
`KEYRING_PROPERTY_FILE` says where it keeps what it is given.
"""

import json
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError
from typing_extensions import override


class FileKeyring(KeyringBackend):
    """Keeps everything in one file; stands for a system's keyring."""

    priority = 1.0
    file = ""

    @override
    def get_password(self, service, username):
        return self._kept().get(f"{service}/{username}")

    @override
    def set_password(self, service, username, password):
        self._write({**self._kept(), f"{service}/{username}": password})

    @override
    def delete_password(self, service, username):
        kept = self._kept()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError(service)
        self._write(kept)

    def _kept(self):
        path = Path(self.file)
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def _write(self, kept):
        Path(self.file).write_text(json.dumps(kept), encoding="utf-8")


class LockedKeyring(KeyringBackend):
    """Its owner has not unlocked it."""

    priority = 1.0

    @override
    def get_password(self, service, username):
        raise KeyringLocked("somebody closed the question")

    @override
    def set_password(self, service, username, password):
        raise KeyringLocked("somebody closed the question")

    @override
    def delete_password(self, service, username):
        raise KeyringLocked("somebody closed the question")


class BrokenKeyring(LockedKeyring):
    """What its system raises is no error of the package, and tells what it was given."""

    @override
    def get_password(self, service, username):
        raise ConnectionError("the bus is gone")

    @override
    def set_password(self, service, username, password):
        raise ConnectionError(f"the bus is gone with {password}")
