"""Fetch a model into the hub's own cache, piece by piece, going on where an earlier try ended.

The hub's client throws the beginning of a file away when it is interrupted. Here it is kept beside
the cache's other blobs, and the next try asks only for the rest. Once a blob is whole and its hash
is right, the client itself is asked for the file: it finds the blob and links it, so that the cache
looks to every other program as if the client had fetched everything.
"""

import hashlib
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

import httpx2
import huggingface_hub
from filelock import Timeout
from huggingface_hub import constants, get_session, hf_hub_url, utils
from huggingface_hub.errors import HfHubHTTPError

from editing.errors import EditingError
from editing.models.hub.connection import Hub, explained
from editing.models.hub.plan import DownloadPlan, HubFile, partial_path
from editing.progress import Progress, Report

PHASE = "fetching model"
_PIECE, _SECONDS = 1 << 18, 0.2
"""Bytes or seconds after which it is reported how far a file is."""
_TRIES = 5
"""In a row that bring nothing."""
_LONGEST_WAIT = 60.0


@dataclass(slots=True)
class _Download:
    """One download on its way."""

    plan: DownloadPlan
    hub: Hub
    report: Report
    done: int
    token: str | None
    """Asked for once: a keyring may have to be unlocked."""

    @property
    def root(self) -> Path:
        """The model's folder in the cache."""
        return self.hub.cache_folder / self.plan.model.folder

    def tell(self, name: str) -> None:
        """Report how far it is; may raise Cancelled, or return only after a pause."""
        self.report(Progress(PHASE, min(self.done, self.plan.size), self.plan.size, name))

    def wait(self, seconds: float, name: str) -> None:
        """Let time pass, still hearing a cancellation."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.tell(name)
            time.sleep(min(left, 0.2))


def files_to_come(plan: DownloadPlan, hub: Hub) -> list[Path]:
    """Name the files that a fetch will make; of a model's files only these may go with it."""
    root = hub.cache_folder / plan.model.folder
    links = [root / "snapshots" / plan.commit / file.name for file in plan.files]
    blobs = [root / "blobs" / file.blob for file in plan.files]
    return [path for path in (*blobs, *links) if not path.exists()]


def fetch(plan: DownloadPlan, hub: Hub, report: Report) -> Path:
    """Fetch what is missing of a model; whatever ends it, what has come is kept.

    Returns:
        The model's folder in the hub's cache.

    Raises:
        EditingError: The disk is too small, the hub refuses, or a file is not what it should be.
    """
    _check_room(plan)
    download = _Download(plan, hub, report, plan.kept, hub.token)
    folder = download.root / "snapshots" / plan.commit
    with explained(plan.model), _alone(download):
        for file in plan.files:
            _fetch_file(download, file)
    download.done = plan.size
    download.tell(str(plan.model))
    return folder


def _check_room(plan: DownloadPlan) -> None:
    if plan.to_fetch > plan.disk_free:
        raise EditingError(
            f"{plan.model} needs {plan.to_fetch / 1e9:.1f} GB more on the disk and "
            f"{plan.disk_free / 1e9:.1f} GB are free. Make room, or choose another folder for "
            "models in the settings."
        )


@contextmanager
def _alone(download: _Download) -> Generator[None]:
    """Keep others from writing the same partial files."""
    lock = download.hub.cache_folder / ".locks" / download.plan.model.folder / "exemplar.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with utils.WeakFileLock(lock, timeout=1.0):
            yield
    except Timeout as error:
        raise EditingError(
            f"{download.plan.model} is being fetched by another program. Wait until it is done."
        ) from error


def _fetch_file(download: _Download, file: HubFile) -> None:
    blob = download.root / "blobs" / file.blob
    if not blob.exists():
        blob.parent.mkdir(parents=True, exist_ok=True)
        partial = partial_path(download.root, file)
        _complete(download, file, partial)
        _check_hash(download, file, partial)
        shutil.move(partial, blob)
    arguments: dict[str, Any] = {
        "revision": download.plan.model.revision,
        "endpoint": download.hub.endpoint,
        "cache_dir": download.hub.cache_folder,
        "token": download.token,
    }
    if arguments["revision"] != download.plan.commit:  # a branch may move while it is fetched
        _note_commit(download)
        arguments["revision"] = download.plan.commit
    huggingface_hub.hf_hub_download(download.plan.model.name, file.name, **arguments)


def _note_commit(download: _Download) -> None:
    """Keep which commit the branch or tag was, as the hub's client does, for later offline."""
    reference = download.root / "refs" / download.plan.model.revision
    reference.parent.mkdir(parents=True, exist_ok=True)
    reference.write_text(download.plan.commit, encoding="utf-8")


def _complete(download: _Download, file: HubFile, partial: Path) -> None:
    """Bring a partial file to its full size, over as many connections as it takes."""
    idle = 0
    while True:
        before = partial.stat().st_size if partial.exists() else 0
        if before >= file.size and partial.exists():
            return
        pause = _stream(download, file, partial, before)
        after = partial.stat().st_size
        idle = 0 if after > before else idle + 1
        if after < file.size:
            if idle >= _TRIES:
                raise EditingError(
                    f"{file.name} of {download.plan.model} stopped coming after {after} of "
                    f"{file.size} bytes. Try again later; what has been fetched is kept."
                )
            download.wait(max(pause, float(idle)), file.name)


def _stream(download: _Download, file: HubFile, partial: Path, begin: int) -> float:
    """Read from one connection until it ends or breaks; return how long to wait, in seconds."""
    plan = download.plan
    url = hf_hub_url(
        plan.model.name, file.name, revision=plan.commit, endpoint=download.hub.endpoint
    )
    headers = utils.build_hf_headers(token=download.token)
    headers["Accept-Encoding"] = "identity"
    if begin:
        headers["Range"] = f"bytes={begin}-"
    seconds = float(constants.HF_HUB_DOWNLOAD_TIMEOUT)
    download.tell(file.name)
    with partial.open("ab") as written:
        try:
            with get_session().stream(
                "GET", url, headers=headers, timeout=seconds, follow_redirects=True
            ) as response:
                return _take(download, file, response, written)
        except (httpx2.ReadError, httpx2.RemoteProtocolError, httpx2.TimeoutException):
            return 0.0  # broken on the way; what has come is in the file


def _take(
    download: _Download, file: HubFile, response: httpx2.Response, written: BinaryIO
) -> float:
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return _asked_wait(response)
    if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        _start_over(download, written)
        return 0.0
    utils.hf_raise_for_status(response)
    if response.status_code != HTTPStatus.PARTIAL_CONTENT:
        _start_over(download, written)  # the server sends everything, asked or not
    told, told_at = download.done, time.monotonic()
    for piece in response.iter_bytes():
        written.write(piece)
        download.done += len(piece)
        if written.tell() > file.size:
            _start_over(download, written)
            raise EditingError(
                f"{file.name} of {download.plan.model} is longer than the hub says. Try again."
            )
        if download.done - told >= _PIECE or time.monotonic() - told_at >= _SECONDS:
            download.tell(file.name)
            told, told_at = download.done, time.monotonic()
    return 0.0


def _start_over(download: _Download, written: BinaryIO) -> None:
    download.done -= written.tell()
    written.seek(0)
    written.truncate()


def _asked_wait(response: httpx2.Response) -> float:
    """How long the hub asks to wait; too long is said rather than waited."""
    said = response.headers.get("Retry-After", "1")
    seconds = float(said) if said.isdigit() else 1.0
    if seconds > _LONGEST_WAIT:
        raise HfHubHTTPError("Too many requests", response=response)
    return seconds


def _check_hash(download: _Download, file: HubFile, path: Path) -> None:
    """Hash a whole file as the hub does: SHA-256 of large ones, git's SHA-1 of small ones."""
    is_large = len(file.blob) == hashlib.sha256().digest_size * 2
    digest = hashlib.sha256() if is_large else hashlib.sha1(usedforsecurity=False)
    if not is_large:
        digest.update(f"blob {file.size}\0".encode())
    with path.open("rb") as stream:
        while piece := stream.read(1 << 22):
            digest.update(piece)
            download.tell(f"checking {file.name}")
    if digest.hexdigest() != file.blob:
        path.unlink()
        raise EditingError(
            f"{file.name} of {download.plan.model} came damaged: its hash is not the hub's. It has "
            "been thrown away; try again."
        )
