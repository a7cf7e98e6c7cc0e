"""Models from the hub: what a download needs, fetching it piece by piece, and using it offline."""

from editing.models.hub.connection import Hub, HubError, HubId, hub_id_of
from editing.models.hub.fetching import fetch, files_to_come
from editing.models.hub.local import cached_folder
from editing.models.hub.plan import DownloadPlan, HubFile, plan_download

__all__ = [
    "DownloadPlan",
    "Hub",
    "HubError",
    "HubFile",
    "HubId",
    "cached_folder",
    "fetch",
    "files_to_come",
    "hub_id_of",
    "plan_download",
]
