"""Smaller ways to make a run that would not fit into memory, each with its own estimate."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.operations.preflight.memory import memory_needed, memory_there, work_of
from app.operations.requests import EditRequest
from app.operations.shelf.outlines import outline_from
from editing.editors import find_editor
from editing.editors.base import Editor
from editing.errors import EditingError
from editing.models.language_model import LanguageModel
from editing.settings import settings_from_text, settings_of

SHORTEST_WINDOW = 128
_WORTH = 0.95
"""A way that needs more than this share of what the run needs is not worth naming."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of a run that makes it smaller."""

    label: str
    """What is done, in a few words."""
    option: str
    """The same on the command line."""
    cost: str
    """What it costs, in a sentence."""
    changes: Mapping[str, Any]
    """Fields of the request that change; of `settings` those that are added."""
    memory_bytes: int = 0
    fits: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    def applied(self, request: EditRequest) -> EditRequest:
        """Return the run with the change."""
        changes = dict(self.changes)
        if "method" in changes:  # its settings are others
            return replace(request, **{"settings": {}, **changes})
        settings = {**request.settings, **changes.pop("settings", {})}
        return replace(request, settings=settings, **changes)


def needed_for(request: EditRequest, model: LanguageModel) -> int:
    """Estimate the program's memory at a run's peak, in bytes.

    Args:
        request: The run.
        model: Its model, or an outline.
    """
    settings = _settings_of(request)
    return memory_needed(model, find_editor(request.method), work_of(request, model), settings)


def smaller_ways(request: EditRequest, model: LanguageModel, needed: int) -> list[Proposal]:
    """Look for what makes a run smaller; those that leave the result as it is come first.

    Args:
        request: The run.
        model: Its model, or an outline.
        needed: What the run needs as it is.
    """
    free = memory_there()
    found: list[Proposal] = []
    for proposal in _candidates(request, model):
        takes = needed_for(proposal.applied(request), model)
        if takes < _WORTH * needed:
            found.append(replace(proposal, memory_bytes=takes, fits=takes <= free))
    parts = [proposal for proposal in found if "method" not in proposal.changes]
    if len(parts) > 1 and not any(proposal.fits for proposal in found):
        found.append(_together(parts, request, model, free))
    return found


def check_memory(request: EditRequest) -> None:
    """Refuse a run that will not fit, before anything is loaded.

    Raises:
        EditingError: It names what would fit.
    """
    _settings_of(request)  # which are refused before the model is looked at
    model = outline_from(request.model, request.data_dir)
    if find_editor(request.method).unsupported_reason(model):
        return  # which is said, with its reason, when the run begins
    needed, free = needed_for(request, model), memory_there()
    if needed <= free:
        return
    ways = smaller_ways(request, model, needed)
    fitting = [way for way in ways if way.fits] or ways
    named = "; ".join(f"{way.option} ({size(way.memory_bytes)})" for way in fitting)
    remedy = f"Smaller ways: {named}." if named else "Take a smaller model."
    raise EditingError(
        f"The run needs about {size(needed)} of memory and {size(free)} are free. {remedy} Or go "
        "on with --anyway."
    )


def size(count: int) -> str:
    """Say bytes as people do."""
    return f"{count / 1e9:.1f} GB"


def _settings_of(request: EditRequest) -> object:
    texts = {name: str(value) for name, value in request.settings.items()}
    return settings_from_text(find_editor(request.method).Settings, texts)


def _candidates(request: EditRequest, model: LanguageModel) -> Iterator[Proposal]:
    editor = find_editor(request.method)
    yield from _of_settings(request, editor)
    yield from _shorter_windows(request, model)
    if editor.smaller:
        other = find_editor(editor.smaller)
        yield Proposal(
            f"{other.label} instead",
            f"--method {other.name}",
            f"Another method: {other.help}",
            {"method": other.name},
        )
    if work_of(request, model).number() > 2:
        yield Proposal(
            "Compute in bfloat16",
            "--dtype bfloat16",
            "Coarser numbers: whether a result is within a budget of 1e-5 cannot be told.",
            {"dtype": "bfloat16"},
        )


def _of_settings(request: EditRequest, editor: Editor[Any]) -> Iterator[Proposal]:
    """Settings of a method that trade time for memory."""
    known = {item.name: item for item in settings_of(editor.Settings)}
    is_on = str(request.settings.get("gradient_checkpointing", False)).lower()
    if "gradient_checkpointing" in known and is_on not in {"true", "yes", "1"}:
        yield Proposal(
            "Gradient checkpointing",
            "--set gradient_checkpointing=true",
            "The same result, about a third slower.",
            {"settings": {"gradient_checkpointing": True}},
        )
    choices = known["optimiser"].choices if "optimiser" in known else ()
    if len(choices) > 1 and request.settings.get("optimiser", choices[0]) == choices[0]:
        yield Proposal(
            "Optimiser state in 8 bits",
            f"--set optimiser={choices[1]}",
            "Nearly the same result.",
            {"settings": {"optimiser": choices[1]}},
        )


def _shorter_windows(request: EditRequest, model: LanguageModel) -> Iterator[Proposal]:
    """General texts in pieces: the longest that fit, else the shortest."""
    work, free = work_of(request, model), memory_there()
    window = max(work.window, work.scored) // 2
    proposal = None
    while window >= SHORTEST_WINDOW:
        proposal = Proposal(
            f"Read texts in pieces of {window} tokens",
            f"--window {window}",
            "Words are predicted from less before them, so figures differ from those of longer "
            "pieces.",
            {"window": window},
        )
        if needed_for(proposal.applied(request), model) <= free:
            break
        window //= 2
    if proposal is not None:
        yield proposal


def _together(
    parts: list[Proposal], request: EditRequest, model: LanguageModel, free: int
) -> Proposal:
    """All changes that leave the method as it is, at once."""
    changes: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for part in parts:
        own = dict(part.changes)
        settings |= own.pop("settings", {})
        changes |= own
    both = Proposal(
        "All of these",
        " ".join(part.option for part in parts),
        "What each of them costs.",
        {**changes, **({"settings": settings} if settings else {})},
    )
    takes = needed_for(both.applied(request), model)
    return replace(both, memory_bytes=takes, fits=takes <= free)
