"""An engine and a job list that the test plays, and what such an engine says of itself."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

from PySide6.QtCore import QObject, Signal

from app.gui.engine_launch import EngineState
from app.gui.job_queue import JobQueue
from app.jobs.job import JobSpec, JobState
from app.jobs.record import JobView


def _setting(name, default, low, high, **more):
    kind = "choice" if more.get("choices") else type(default).__name__
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize().replace("Kl ", "KL "),
        "help": f"What {name} does.",
        "kind": kind,
        "default": default,
        "low": low,
        "high": high,
        "sweep": None,
        "scale": "linear",
        "choices": [],
        "advanced": False,
        **more,
    }


SETTINGS = [
    _setting("learning_rate", 0.015, 1e-7, 10.0, scale="log"),
    _setting("epochs", 10, 1, 1000),
    _setting("kl_weight", 0.3, 0.0, 1000.0, scale="log"),
    _setting("senses_per_example", 9, 1, 1000),
    _setting("selection_weight", 1000.0, 0.0, 1e9, scale="log", advanced=True),
    _setting(
        "accumulation",
        "true",
        None,
        None,
        scale="choice",
        choices=["true", "reference"],
        advanced=True,
    ),
]


class PlayedEngine(QObject):
    """Takes questions down; the test answers them."""

    ready = Signal()
    state_changed = Signal(str)
    event_received = Signal(str, object)
    ended = Signal(object)
    crashed = Signal(str)
    described = Signal(object)

    def __init__(self):
        super().__init__()
        self.state = EngineState.READY
        self.is_ready = True
        self.description = description()
        self.asked = []
        self.withdrawn = []
        self.errands = []
        self.restarts = 0

    def start(self):
        """Be there already."""

    def restart(self):
        """Count how often it was wanted."""
        self.restarts += 1

    def become(self, state):
        """Change the state and tell everybody."""
        self.state = EngineState(state)
        self.is_ready = self.state is EngineState.READY
        self.state_changed.emit(str(state))

    def ask(self, question, arguments, on_answer, on_part=None, on_error=None, *, channel=""):
        """Take a question down."""
        asked = SimpleNamespace(
            question=question,
            arguments=arguments,
            answer=on_answer,
            part=on_part,
            error=on_error,
            channel=channel or question,
        )
        self.asked.append(asked)
        return len(self.asked)

    def describe(self):
        """Take down that the models have changed."""
        self.ask("describe", {}, self.described.emit)

    def run_errand(self, folder):
        """Take down an errand."""
        self.errands.append(folder)

    def stop_errand(self, errand_id):
        """Take down that an errand is to stop."""
        self.errands.append(errand_id)

    def withdraw(self, ask_id):
        """Take down that nobody wants to know any more."""
        self.withdrawn.append(ask_id)

    def last(self, question):
        """Give the newest question of a name."""
        return [asked for asked in self.asked if asked.question == question][-1]


class PlayedJobs(QObject):
    """A job list whose jobs the test makes."""

    changed = Signal(str)
    added = Signal(str)
    removed = Signal(str)
    edit_added = Signal(str)
    queue_changed = Signal()

    def __init__(self, jobs=()):
        super().__init__()
        self._jobs = {each.id: each for each in jobs}
        self._deleted = {}
        self.queue = JobQueue()
        for each in jobs:
            if each.state is JobState.QUEUED:
                self.queue.join(each.id)
        self.calls = []

    def jobs(self):
        """List all."""
        return list(self._jobs.values())

    def job(self, job_id):
        """Give one."""
        return self._jobs[job_id]

    @property
    def running(self):
        """The one at work."""
        return next((each for each in self._jobs.values() if each.state.is_active), None)

    def interrupted(self):
        """List those to resume or discard."""
        return [each for each in self._jobs.values() if each.state is JobState.INTERRUPTED]

    def put(self, view):
        """Show a job, new or changed."""
        is_new = view.id not in self._jobs
        self._jobs[view.id] = view
        if view.state is not JobState.QUEUED:
            self.queue.leave(view.id)
        elif is_new:
            self.queue.join(view.id)
        (self.added if is_new else self.changed).emit(view.id)

    def happen(self, job_id, *events):
        """Let something happen to a job."""
        view = self._jobs[job_id]
        for event in events:
            view = view.after(event)
        self.put(view)

    def add(self, request, title, *, kind="edit"):
        """Take a new job down."""
        job_id = f"job-{len(self._jobs) + 1}"
        created = datetime.now(UTC).isoformat()
        view = JobView(JobSpec(job_id, kind, title, request.to_json(), created), folder=None)
        self.put(view)
        self.calls.append(("add", request, title))
        return job_id

    def stop(self, job_id, keep):
        """Take down a stop."""
        self.calls.append(("stop", job_id, keep))
        self.put(replace(self._jobs[job_id], state=JobState.STOPPING))

    def resume(self, job_id):
        """Take down a resume."""
        self.calls.append(("resume", job_id))

    def discard(self, job_id):
        """Take down a discard."""
        self.calls.append(("discard", job_id))

    def remove(self, job_id):
        """Take a job off the list."""
        self.calls.append(("remove", job_id))
        self._deleted[job_id] = self._jobs.pop(job_id)
        self.queue.leave(job_id)
        self.removed.emit(job_id)

    def restore(self, job_id):
        """Bring a deleted job back."""
        self.calls.append(("restore", job_id))
        self.put(self._deleted.pop(job_id))

    def pause(self, job_id, is_on):
        """Take down a pause."""
        self.calls.append(("pause", job_id, is_on))

    def retry(self, job_id):
        """Queue the same once more."""
        self.calls.append(("retry", job_id))
        again = replace(self._jobs[job_id].config, id=f"{job_id}-again")
        self.put(JobView(again, folder=None))
        return again.id

    def move(self, job_id, place):
        """Move a waiting job."""
        self.calls.append(("move", job_id, place))
        self.queue.move(job_id, place)
        self.queue_changed.emit()

    def hold(self, is_on):
        """Hold the queue."""
        self.queue.hold(is_on)
        self.queue_changed.emit()

    def pause_on_failure(self, is_on):
        """Take down the habit."""
        self.queue.pause_on_failure = is_on


def description():
    """What the engine answers to `describe`."""
    return {
        "editors": [
            {
                "name": "sense-finetuning",
                "label": "Sense finetuning",
                "help": "Moves only the few sense vectors that matter for your examples.",
                "settings": SETTINGS,
            }
        ],
        "models": [],
    }
