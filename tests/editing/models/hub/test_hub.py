"""Fetching models: what is asked and shown, going on after a break, and every way it can fail."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants

from editing.errors import EditingError
from editing.models.hub import (
    DownloadPlan,
    Hub,
    HubError,
    HubId,
    cached_folder,
    fetch,
    files_to_come,
    hub_id_of,
    plan_download,
)
from editing.progress import Cancelled, Progress, unheard
from tests.fake_hub import COMMIT, TOKEN, FakeHub, serving

WEIGHTS = random.Random(1).randbytes(900_000)
FILES = {
    "config.json": b'{"model_type": "gpt2"}',
    "tokenizer.json": b"{}" * 3000,
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"pickled" * 10_000,
    "README.md": b"# A model",
    "adapter_config.json": b'{"base_model_name_or_path": "somebody/other"}',
}
WANTED = {"config.json", "tokenizer.json", "model.safetensors"}
MODEL = HubId("somebody/small-model")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with serving() as hub:
        hub.files = dict(FILES)
        yield hub


@pytest.fixture
def hub(server: FakeHub, tmp_path: Path) -> Hub:
    return Hub(server.url, tmp_path / "cache")


def is_whole(folder: Path) -> bool:
    there = {path.name: path.read_bytes() for path in folder.iterdir()}
    return there == {name: FILES[name] for name in WANTED}


def stopping_after(size: int) -> tuple[list[Progress], object]:
    heard: list[Progress] = []

    def report(progress: Progress) -> None:
        heard.append(progress)
        if progress.done >= size:
            raise Cancelled

    return heard, report


@pytest.mark.parametrize(
    ("source", "model"),
    [
        ("gpt2", HubId("gpt2")),
        ("a/b", HubId("a/b")),
        ("a/b@v1.0", HubId("a/b", "v1.0")),
        ("a/b@main", HubId("a/b")),
        ("a/b/c", None),
        ("../b", None),
        ("a/b@../..", None),
        ("/a/b", None),
        ("a b/c", None),
        ("a/b@", None),
    ],
)
def test_a_source_is_read_as_a_name_and_a_revision(source: str, model: HubId | None) -> None:
    assert hub_id_of(source) == model


def test_a_plan_names_the_files_and_sizes_and_fetches_none(server: FakeHub, hub: Hub) -> None:
    plan = plan_download(MODEL, hub)
    assert {file.name: file.size for file in plan.files} == {n: len(FILES[n]) for n in WANTED}
    assert (plan.commit, plan.kept) == (COMMIT, 0)
    assert plan.size == plan.to_fetch == sum(len(FILES[name]) for name in WANTED)
    assert plan.memory == len(WEIGHTS)
    assert plan.disk_free > 0
    assert server.asked == ["GET /api/models/somebody/small-model/revision/main"]
    assert not hub.cache_folder.exists()


def test_a_model_is_fetched_as_the_client_itself_would(
    server: FakeHub, hub: Hub, tmp_path: Path
) -> None:
    assert is_whole(fetch(plan_download(MODEL, hub), hub, unheard))
    client = huggingface_hub.snapshot_download(
        MODEL.name, cache_dir=tmp_path / "client", endpoint=server.url, allow_patterns=[*WANTED]
    )
    ours, theirs = hub.cache_folder / MODEL.folder, Path(client).parent.parent
    for part in ("blobs", "snapshots", "refs"):
        names = [sorted(p.relative_to(r) for p in (r / part).rglob("*")) for r in (ours, theirs)]
        assert names[0] == names[1]
    assert (ours / "refs/main").read_text() == (theirs / "refs/main").read_text() == COMMIT
    links = [path.is_symlink() for root in (ours, theirs) for path in root.glob("snapshots/*/*")]
    assert len(set(links)) == 1


def test_every_file_that_a_fetch_makes_is_named_before(hub: Hub, server: FakeHub) -> None:
    plan = plan_download(MODEL, hub)
    coming = files_to_come(plan, hub)
    assert not hub.cache_folder.exists()
    fetch(plan, hub, unheard)
    there = {p for part in ("blobs", "snapshots") for p in hub.cache_folder.glob(f"*/{part}/**/*")}
    assert {path for path in there if not path.is_dir()} == set(coming)
    assert len(coming) == 2 * len(WANTED)
    assert files_to_come(plan, hub) == []


def test_what_the_client_has_fetched_is_not_fetched_again(server: FakeHub, hub: Hub) -> None:
    huggingface_hub.snapshot_download(
        MODEL.name, cache_dir=hub.cache_folder, endpoint=server.url, allow_patterns=["model.*"]
    )
    plan = plan_download(MODEL, hub)
    assert plan.kept == len(WEIGHTS)
    server.asked.clear()
    coming = files_to_come(plan, hub)
    assert is_whole(fetch(plan, hub, unheard))
    assert not [line for line in server.asked if line.startswith("store model.")]
    assert not [path for path in coming if path.name == "model.safetensors"]


def test_progress_counts_bytes_up_to_all(hub: Hub) -> None:
    heard: list[Progress] = []
    plan = plan_download(MODEL, hub)
    fetch(plan, hub, heard.append)
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert (done[0], done[-1], {p.total for p in heard}) == (0, plan.size, {plan.size})


def test_a_cancelled_download_goes_on_where_it_was(server: FakeHub, hub: Hub) -> None:
    plan = plan_download(MODEL, hub)
    _, report = stopping_after(500_000)
    with pytest.raises(Cancelled):
        fetch(plan, hub, report)
    again = plan_download(MODEL, hub)
    assert 400_000 < again.kept < plan.size
    server.asked.clear()
    heard: list[Progress] = []
    assert is_whole(fetch(again, hub, heard.append))
    (begin,) = server.ranges()
    assert int(begin.rstrip("-")) >= 400_000
    assert heard[0].done == again.kept


def test_broken_connections_are_taken_up_again(server: FakeHub, hub: Hub) -> None:
    server.cut_after = 300_000
    assert is_whole(fetch(plan_download(MODEL, hub), hub, unheard))
    assert [begin for begin in server.ranges() if begin] == ["300000-", "600000-"]


def test_a_server_that_ignores_ranges_costs_time_and_harms_nothing(
    server: FakeHub, hub: Hub
) -> None:
    _, report = stopping_after(500_000)
    with pytest.raises(Cancelled):
        fetch(plan_download(MODEL, hub), hub, report)
    server.heeds_ranges = False
    heard: list[Progress] = []
    assert is_whole(fetch(plan_download(MODEL, hub), hub, heard.append))
    assert heard[-1].done == heard[-1].total


def test_a_beginning_that_is_too_long_is_thrown_away(server: FakeHub, hub: Hub) -> None:
    plan = plan_download(MODEL, hub)
    (file,) = (file for file in plan.files if file.name == "model.safetensors")
    blobs = hub.cache_folder / MODEL.folder / "blobs"
    blobs.mkdir(parents=True)
    server.lies["model.safetensors"] = WEIGHTS[:1000]  # so that the store answers 416 at first
    (blobs / f"{file.blob}.exemplar.incomplete").write_bytes(b"x" * 5000)

    def mended(progress: Progress) -> None:
        if len(server.ranges()) > 1:
            server.lies.clear()

    assert is_whole(fetch(plan, hub, mended))


def test_damaged_bytes_are_noticed_and_thrown_away(server: FakeHub, hub: Hub) -> None:
    server.lies["model.safetensors"] = WEIGHTS[:-1] + b"?"
    with pytest.raises(EditingError, match=r"came damaged.*try again"):
        fetch(plan_download(MODEL, hub), hub, unheard)
    server.lies.clear()
    assert is_whole(fetch(plan_download(MODEL, hub), hub, unheard))


def test_more_bytes_than_announced_are_refused(server: FakeHub, hub: Hub) -> None:
    server.lies["model.safetensors"] = WEIGHTS + b"more"
    with pytest.raises(EditingError, match="longer than the hub says"):
        fetch(plan_download(MODEL, hub), hub, unheard)


def test_a_busy_hub_is_waited_for_if_it_is_short(server: FakeHub, hub: Hub) -> None:
    server.busy = [1]
    began = time.monotonic()
    assert is_whole(fetch(plan_download(MODEL, hub), hub, unheard))
    assert time.monotonic() - began >= 1.0


def test_a_hub_that_is_busy_for_long_is_left_in_peace(server: FakeHub, hub: Hub) -> None:
    server.busy = [600] * 9
    with pytest.raises(EditingError, match=r"asks to wait.*\(429\)"):
        fetch(plan_download(MODEL, hub), hub, unheard)


def test_waiting_hears_a_cancellation(server: FakeHub, hub: Hub) -> None:
    server.busy = [30] * 9
    plan, began = plan_download(MODEL, hub), time.monotonic()

    def report(progress: Progress) -> None:
        if time.monotonic() - began > 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(plan, hub, report)
    assert time.monotonic() - began < 5


def test_the_token_goes_to_the_hub_and_never_to_the_store(
    server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.needs_token = True
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert is_whole(fetch(plan_download(MODEL, hub), hub, unheard))
    assert server.leaked == []


def test_a_private_model_and_none_are_the_same_to_strangers(server: FakeHub, hub: Hub) -> None:
    server.needs_token = True
    with pytest.raises(EditingError, match="has no model somebody/small-model, or it is private"):
        plan_download(MODEL, hub)
    with pytest.raises(EditingError, match="has no model somebody/else"):
        plan_download(HubId("somebody/else"), hub)


def test_a_token_that_the_hub_does_not_know_is_said_to_be_refused(
    server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.needs_token = True
    monkeypatch.setenv("HF_TOKEN", "hf_long-withdrawn")
    with pytest.raises(HubError, match=r"does not accept the token for .* \(401\)") as refused:
        plan_download(MODEL, hub)
    assert refused.value.remedy == "token"


@pytest.mark.parametrize("token", [None, "hf_of-somebody-else"])
def test_a_gated_model_says_what_to_do(
    server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    server.needs_token = server.is_gated = True
    if token is not None:
        monkeypatch.setenv("HF_TOKEN", token)
    plan = plan_download(MODEL, hub)
    with pytest.raises(EditingError, match=r"accepted its terms.*exemplar models token"):
        fetch(plan, hub, unheard)


def test_an_unknown_revision_is_named(hub: Hub) -> None:
    with pytest.raises(EditingError, match="small-model@v9: the hub has the model but not this"):
        plan_download(HubId(MODEL.name, "v9"), hub)


def test_a_repository_without_a_model_is_refused(server: FakeHub, hub: Hub) -> None:
    del server.files["config.json"]
    with pytest.raises(EditingError, match=r"needs a config\.json and weights"):
        plan_download(MODEL, hub)


def test_a_pickled_model_is_taken_where_there_is_no_other(server: FakeHub, hub: Hub) -> None:
    del server.files["model.safetensors"]
    names = {file.name for file in plan_download(MODEL, hub).files}
    assert names == {"config.json", "tokenizer.json", "pytorch_model.bin"}


def test_weights_of_another_precision_beside_the_whole_are_left(server: FakeHub, hub: Hub) -> None:
    server.files["model.fp16.safetensors"] = WEIGHTS[::2]
    assert {file.name for file in plan_download(MODEL, hub).files} == WANTED


def test_a_hub_that_is_away_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with serving() as gone:
        away = Hub(gone.url, tmp_path)
    with pytest.raises(EditingError, match=r"cannot be reached.*Check the connection"):
        plan_download(MODEL, away)


def test_a_hub_switched_off_is_said_to_be(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EditingError, match="switched off here"):
        plan_download(MODEL, hub)


def test_too_small_a_disk_is_refused_before_anything_is_fetched(server: FakeHub, hub: Hub) -> None:
    plan = plan_download(MODEL, hub)
    small = DownloadPlan(MODEL, COMMIT, plan.files, 0, plan.memory, 100, plan.memory_free)
    with pytest.raises(EditingError, match="Make room"):
        fetch(small, hub, unheard)
    assert server.ranges() == []


def test_a_fetched_model_is_found_without_the_hub(server: FakeHub, hub: Hub) -> None:
    assert cached_folder(MODEL, hub) is None
    tagged = HubId(MODEL.name, "v1")
    folder = fetch(plan_download(tagged, hub), hub, unheard)
    server.asked.clear()
    assert cached_folder(tagged, hub) == folder
    assert cached_folder(HubId(MODEL.name, COMMIT), hub) == folder
    assert cached_folder(MODEL, hub) is None
    assert server.asked == []


KILLED = """
import sys, json
from pathlib import Path
from editing.models.hub import *
from editing.progress import unheard
hub = Hub(sys.argv[1], Path(sys.argv[2]))
print("ready", flush=True)
fetch(plan_download(HubId("somebody/small-model"), hub), hub, unheard)
"""


def test_killed_in_the_middle_it_goes_on_where_it_was(
    server: FakeHub, hub: Hub, project_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    server.slowness = 0.02
    command = [sys.executable, "-c", KILLED, server.url, str(hub.cache_folder)]
    child = subprocess.Popen(command, cwd=project_folder, stdout=subprocess.PIPE)
    partials = hub.cache_folder / MODEL.folder / "blobs"
    give_up = time.monotonic() + 60
    while not any(p.stat().st_size > 300_000 for p in partials.glob("*.incomplete")):
        assert time.monotonic() < give_up
        assert child.poll() is None
        time.sleep(0.02)
    child.kill()
    child.communicate()
    server.slowness = 0.0
    server.asked.clear()
    plan = plan_download(MODEL, hub)
    assert plan.kept > 300_000
    assert is_whole(fetch(plan, hub, unheard))
    (begin,) = server.ranges()
    assert int(begin.rstrip("-")) > 250_000
