"""Which model of the hub, which hub, whose token; and what its refusals mean."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2
from huggingface_hub import constants
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from typing_extensions import override

from editing.errors import EditingError
from editing.models.hub.token import token_of_keyring

TOKEN, RETRY, NAME = "token", "retry", "name"
"""Remedies: give a token, try again, write another name."""

_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_REVISION = re.compile(r"[\w./-]+")


@dataclass(frozen=True, slots=True)
class HubId:
    """A model of the hub at a revision: a branch, a tag or a commit."""

    name: str
    revision: str = constants.DEFAULT_REVISION

    @override
    def __str__(self) -> str:
        usual = self.revision == constants.DEFAULT_REVISION
        return self.name if usual else f"{self.name}@{self.revision}"

    @property
    def folder(self) -> str:
        """What the hub's cache calls the model's folder."""
        return f"models--{self.name.replace('/', '--')}"


def hub_id_of(source: str) -> HubId | None:
    """Read NAME or NAME@REVISION; None where it cannot be one."""
    name, at, revision = source.partition("@")
    fits = _ID.fullmatch(name) and ".." not in source and not name.startswith(("-", "."))
    if not fits or (at and not _REVISION.fullmatch(revision)):
        return None
    return HubId(name, revision or constants.DEFAULT_REVISION)


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub and the cache of what came from it; the client's own where nothing is said."""

    endpoint: str | None = None
    cache: Path | None = None

    @property
    def cache_folder(self) -> Path:
        """Where the hub's client keeps models."""
        return (self.cache or Path(constants.HF_HUB_CACHE)).expanduser()

    @property
    def token(self) -> str | None:
        """The token of the system's keyring; None leaves it to the client, which has a file."""
        return token_of_keyring()


class HubError(EditingError):
    """The hub refuses or cannot be reached; `remedy` names what would help."""

    def __init__(self, message: str, remedy: str = RETRY) -> None:
        super().__init__(message)
        self.remedy = remedy


@contextmanager
def explained(model: HubId) -> Generator[None]:
    """Turn what the client raises into a sentence with a remedy.

    Raises:
        HubError: The hub refuses or cannot be reached.
    """
    try:
        yield
    except (OfflineModeIsEnabled, httpx2.TransportError) as error:
        raise HubError(_unreachable(model, error)) from error
    except HfHubHTTPError as error:
        raise _refusal(model, error) from error
    except HFValidationError as error:
        raise HubError(f"{model} is no name of a model on the hub: {error}", NAME) from error


def _unreachable(model: HubId, error: Exception) -> str:
    if isinstance(error, OfflineModeIsEnabled):
        return (
            f"{model} cannot be fetched because the hub is switched off here (HF_HUB_OFFLINE). "
            "Take that away, or name a folder."
        )
    return (
        f"The hub cannot be reached for {model} ({type(error).__name__}). Check the connection and "
        "try again; what has been fetched is kept and not fetched twice."
    )


_HOW = "on the page Models, or with `exemplar models token`"
_GATED = (
    "{model} is given only to those who have accepted its terms. Accept them on its page on the "
    f"hub, then give your token ({_HOW})."
)
_ABSENT = (
    "The hub has no model {model}, or it is private. Check the spelling; for a private model give "
    f"a token ({_HOW})."
)
_NO_REVISION = "{model}: the hub has the model but not this revision. Check its spelling."
_TOO_MANY = (
    "The hub asks to wait before it answers again (429). Try again in a few minutes; what has been "
    "fetched is kept."
)
_REJECTED = (
    "The hub does not accept the token for {model} ({code}). Give a new one that may read it "
    f"({_HOW})."
)
_BROKEN = (
    "The hub answered with an error for {model} ({code}). Try again later; what has been fetched "
    "is kept."
)


def _refusal(model: HubId, error: HfHubHTTPError) -> HubError:
    code = error.response.status_code
    was_known = "Authorization" in error.response.request.headers
    if code == HTTPStatus.UNAUTHORIZED and was_known:  # the client takes it for an absent model
        return HubError(_REJECTED.format(model=model, code=code), TOKEN)
    kinds = (
        (GatedRepoError, _GATED, TOKEN),
        (RevisionNotFoundError, _NO_REVISION, NAME),
        (RepositoryNotFoundError, _ABSENT, NAME),
    )
    for kind, sentence, remedy in kinds:
        if isinstance(error, kind):
            return HubError(sentence.format(model=model), remedy)
    known: dict[int, tuple[str, str]] = {
        HTTPStatus.TOO_MANY_REQUESTS: (_TOO_MANY, RETRY),
        HTTPStatus.UNAUTHORIZED: (_ABSENT, NAME),
        HTTPStatus.FORBIDDEN: (_REJECTED, TOKEN),
        HTTPStatus.NOT_FOUND: (_ABSENT, NAME),
    }
    sentence, remedy = known.get(code, (_BROKEN, RETRY))
    return HubError(sentence.format(model=model, code=code), remedy)
