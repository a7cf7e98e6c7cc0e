"""What fetching a model of the hub takes, in plain values. Torch-free."""

from typing import Any

from editing.errors import EditingError
from editing.models.hub import (
    DownloadPlan,
    Hub,
    HubError,
    cached_folder,
    hub_id_of,
    plan_download,
)
from editing.models.hub.connection import NAME


def plan_of(source: str, hub: Hub | None = None) -> dict[str, Any]:
    """Ask what fetching a model of the hub takes, fetching nothing.

    Returns:
        `source`, `commit`, `files` (name and size of each), and in bytes `size`, `to_fetch`,
        `disk_free`, `memory` (for the weights on a CPU) and `memory_free`.

    Raises:
        EditingError: The hub does not have it or cannot be reached.
    """
    return told_of_plan(source, checked_plan(source, hub or Hub()))


def plan_or_problem(source: str, hub: Hub | None = None) -> dict[str, Any]:
    """Ask as `plan_of` does; where the hub refuses, say so with what would help.

    Returns:
        The plan with an empty `problem`; or `source`, the sentence as `problem`, its `remedy`
        ("token", "retry", "name" or nothing), and `is_here`: whether the cache has the model.
    """
    try:
        return plan_of(source, hub) | {"problem": ""}
    except EditingError as error:
        model = hub_id_of(source)
        here = model is not None and cached_folder(model, hub or Hub()) is not None
        return {
            "source": source,
            "problem": str(error),
            "remedy": error.remedy,
            "is_here": here,
        }


def checked_plan(source: str, hub: Hub) -> DownloadPlan:
    """Ask the hub for a source.

    Raises:
        EditingError: It is no name, or the hub does not have it or cannot be reached.
    """
    model = hub_id_of(source)
    if model is None:
        raise HubError(
            f"{source} is neither a folder nor a name that the hub could have (OWNER/NAME or "
            "OWNER/NAME@REVISION). Check the spelling.",
            NAME,
        )
    return plan_download(model, hub)


def told_of_plan(source: str, plan: DownloadPlan) -> dict[str, Any]:
    """Say in plain values what a plan holds."""
    return {
        "source": source,
        "commit": plan.commit,
        "files": [{"name": file.name, "size": file.size} for file in plan.files],
        "size": plan.size,
        "to_fetch": plan.to_fetch,
        "disk_free": plan.disk_free,
        "memory": plan.memory,
        "memory_free": plan.memory_free,
    }
