"""Engine processes without torch, for tests: `python -m tests.fake_engine MODE`.

`verbs` is the real engine with made-up verbs. The other modes only speak the protocol and then do
what an engine should not: end for want of memory, crash, hang, hang and ignore being terminated,
be ready and end at the first question. `dies-at-start` ends at once, unless the file named after it
is there.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.jobs import protocol
from app.jobs.engine import serve
from app.jobs.events import ResultEvent, StateEvent, event_to_json
from app.jobs.folder import JobFolder
from app.jobs.job import JobState
from app.jobs.verbs import JobTask, Listener, Outcome, Verbs
from editing.errors import EditingError
from editing.library.records import TENSORS, new_edit_id, sha256_of, write_record
from editing.progress import Progress, StoppedEarly
from editing.results import EpochResult

PARENT = Path(__file__).resolve().parent.parent


def command(mode: str = "verbs", *more: str) -> list[str]:
    """The command line that starts a fake engine."""
    return [sys.executable, "-m", "tests.fake_engine", mode, *more]


def count(task: JobTask) -> Outcome:
    """Count through epochs of ten steps; resumable, and waiting where the request says so.

    The request: epochs; wait_for: a file that must be there before the epoch `wait_at` ends.
    """
    epochs = task.spec.request.get("epochs", 3)
    checkpoint = task.folder.checkpoint
    kept = json.loads(checkpoint.read_text()) if checkpoint.exists() else {"sums": []}
    task.report(Progress("loading model", 0, 1))
    try:
        for epoch in range(len(kept["sums"]), epochs):
            for step in range(10):
                task.report(Progress("training", epoch * 10 + step, epochs * 10))
            _wait(task, epoch)
            kept["sums"].append(sum(kept["sums"]) + epoch)
            checkpoint.write_text(json.dumps(kept))
            task.report(Progress("training", epoch * 10 + 10, epochs * 10, epoch=result(epoch)))
    except StoppedEarly:
        task.report(Progress("saving", 0, 1))
    return Outcome(kept, _edit_folder(task))


def _edit_folder(task: JobTask) -> Path | None:
    """Write an edit, its tensors a few bytes: one to save, or one that only has a name."""
    name = task.spec.request.get("save", task.spec.request.get("name"))
    if name is None:
        return None
    folder = task.folder.path / "edits" / new_edit_id()
    folder.mkdir(parents=True)
    (folder / TENSORS).write_bytes(b"tensors")
    before_and_after = {"before": 0.0, "after": 1.0}
    figures = ("budget", "seed", "strength", "kept_epoch", "inside_ball", "degradation")
    record: dict[str, Any] = {
        "id": folder.name,
        "name": name,
        "created": "2026-11-20T12:00:00+00:00",
        "method": "sense-finetuning",
        "model": {"source": "starter", "fingerprint": "f"},
        "notes": "",
        "tags": [],
        "files": {TENSORS: sha256_of(folder / TENSORS)},
        "result": {
            **dict.fromkeys(figures),
            "success_rate": before_and_after,
            "hard_negatives": before_and_after,
        },
    }
    write_record(folder, record)
    return folder


def _wait(task: JobTask, epoch: int) -> None:
    wanted = task.spec.request.get("wait_for")
    while wanted and epoch == task.spec.request.get("wait_at", 0) and not Path(wanted).exists():
        task.report(Progress("training", epoch * 10 + 9, 1000))
        time.sleep(0.002)  # what a step takes


def result(epoch: int) -> EpochResult:
    """An epoch's made-up measures."""
    return EpochResult(epoch, 1.0, epoch / 10, 4.0, epoch * 1e-5, 7.0, inside_ball=True)


def fail(task: JobTask) -> Outcome:
    """Fail as the request says."""
    errors: dict[str, Callable[[], Exception]] = {
        "memory": MemoryError,
        "disk": lambda: OSError(28, "No space left on device", "edit.safetensors"),
        "row": lambda: EditingError("Line 12 of cities.jsonl has no suffix."),
        "bug": lambda: KeyError("oops"),
    }
    raise errors[task.spec.request["error"]]()


def echo(arguments: Mapping[str, Any], listener: Listener) -> Mapping[str, Any]:
    """Send each piece, then everything."""
    for piece in arguments.get("pieces", ()):
        listener.part(piece)
    return {"said": arguments.get("pieces", ()), "torch": "torch" in sys.modules}


def wait_forever(arguments: Mapping[str, Any], listener: Listener) -> None:
    """Answer never, but pause."""
    del arguments
    while True:
        listener.report(Progress("waiting", 0, 1))
        time.sleep(0.002)


def refuse(arguments: Mapping[str, Any], listener: Listener) -> None:
    """Have no answer."""
    del arguments, listener
    raise EditingError("There is no word zzz.")


def fake_verbs() -> Verbs:
    """Everything the fake engine can do."""
    return Verbs(
        jobs={"edit": count, "fail": fail},
        questions={
            "describe": lambda _arguments, _listener: {"editors": [], "models": []},
            "echo": echo,
            "wait": wait_forever,
            "refuse": refuse,
        },
        errands={"count": count},
        asides={"plan-model": lambda arguments, _listener: {"planned": arguments["source"]}},
    )


def _misbehave(mode: str) -> None:
    """Speak the protocol up to the first job, then do as `mode` says."""
    if mode == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _say(protocol.Hello(protocol.VERSION, os.getpid()))
    _say(protocol.Ready(protocol.VERSION))
    for line in sys.stdin.buffer:
        message = protocol.decode_to_engine(line)
        if mode == "dies-when-asked" and isinstance(message, protocol.Ask):
            sys.exit("A question ends it.")
        if isinstance(message, protocol.Run):
            folder = JobFolder(Path(message.job))
            folder.claim()
            for state in (JobState.PREPARING, JobState.RUNNING):
                _tell(folder, StateEvent(state))
            _end(mode, folder)


def _end(mode: str, folder: JobFolder) -> None:
    match mode:
        case "out-of-memory":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit-137":
            os._exit(137)
        case "segfault":
            sys.stderr.write("Fatal Python error: Segmentation fault\n")
            sys.stderr.flush()
            signal.signal(signal.SIGSEGV, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGSEGV)
        case "done":
            _tell(folder, ResultEvent({"name": "replayed"}))
            folder.release()
            _tell(folder, StateEvent(JobState.DONE))
        case _:
            threading.Event().wait()


def _tell(folder: JobFolder, event: StateEvent | ResultEvent) -> None:
    folder.append(event)
    _say(protocol.JobEvent(folder.id, event_to_json(event)))


def _say(message: protocol.FromEngine) -> None:
    sys.stdout.buffer.write(protocol.encode(message))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    if sys.argv[1] == "dies-at-start" and not (sys.argv[2:] and Path(sys.argv[2]).exists()):
        sys.exit("ModuleNotFoundError: No module named 'torch'")
    elif sys.argv[1] in ("verbs", "dies-at-start"):
        sys.exit(serve(fake_verbs))
    else:
        _misbehave(sys.argv[1])
