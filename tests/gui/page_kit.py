"""What tests of pages stand on: a real library and job list, and an engine that is played."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.gui.context import GuiContext, PreferenceStore
from app.gui.engine_launch import EngineState
from app.gui.events import Events, Selection
from app.gui.job_queue import JobQueue
from app.gui.theme import Theme
from app.jobs.events import (
    EpochEvent,
    FailureEvent,
    ProgressEvent,
    ResultEvent,
    StateEvent,
    TrialEvent,
)
from app.jobs.job import JobSpec, JobState
from app.jobs.record import JobView
from app.operations.requests import EditRequest, SweepRequest
from app.preferences import Preferences
from editing.library.edit_row import EditRow
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from editing.library.records import sha256_of, write_record
from editing.results import EpochResult

PATH = [
    (0.31, 0.0),
    (0.36, 2e-6),
    (0.45, 8e-6),
    (0.55, 2.1e-5),
    (0.66, 4e-5),
    (0.74, 4.9e-5),
    (0.78, 6e-5),
    (0.82, 1.4e-4),
    (0.85, 2.4e-4),
    (0.863, 3.1e-4),
]
"""Success and degradation of a run's epochs."""


def epoch(number, success, degradation, budget=1e-4, *, exact=True):
    loss = None if number == 0 else 0.4 + 2.5 / number
    inside = degradation <= budget
    hard = 20.0 + 20 * success
    return EpochResult(
        number, loss, success, 4.5 * (1 + degradation), degradation, hard, inside, exact
    )


EPOCHS = tuple(epoch(n, s, d, exact=n < 8) for n, (s, d) in enumerate(PATH))

CHOSEN = [
    {"word": f" {word}", "token_id": 100 + place, "sense": sense, "score": score}
    for place, (word, sense, score) in enumerate(
        [
            ("Afghanistan", 3, 0.91),
            ("Bolivia", 1, 0.84),
            ("capital", 5, 0.62),
            ("Chad", 0, 0.47),
            ("Denmark", 7, 0.33),
            ("of", 2, -0.12),
        ]
    )
]


def edit_result(name="Capitals", **changes):
    """What `edit --json` prints."""
    return {
        "name": name,
        "model": "starter",
        "method": "sense-finetuning",
        "budget": 1e-4,
        "settings": {"learning_rate": 0.015, "epochs": 10, "kl_weight": 0.3},
        "seed": 0,
        "success_rate": {"before": 0.31, "after": 0.78},
        "general_loss": {"before": 4.5, "after": 4.50027},
        "degradation": 6e-5,
        "hard_negatives": {"before": 20.0, "after": 20.1},
        "inside_ball": True,
        "kept_epoch": 6,
        "strength": 1.0,
        "epochs": [],
        "senses": CHOSEN,
        "general_text": {"name": "sampled", "tokens": 40_000, "touched": 5_210, "sampled": True},
        "seconds": 84.0,
        **changes,
    }


def edit_row(edit_id="e1", name="Capitals", **changes):
    """An edit as the library lists it."""
    row = EditRow(
        id=edit_id,
        name=name,
        created="2026-11-20T10:00:00+00:00",
        method="sense-finetuning",
        model="starter",
        model_fingerprint="f00d",
        budget=1e-4,
        seed=0,
        strength=1.0,
        kept_epoch=6,
        inside_ball=True,
        degradation=6e-5,
        success_before=0.31,
        success_after=0.78,
        hard_negatives_before=20.0,
        hard_negatives_after=20.1,
        size_bytes=184_000,
    )
    return replace(row, **changes)


def job(job_id="job-1", title="Capitals", *events, created="2026-11-20T10:00:00+00:00", **request):
    """Draw a job from what happened to it."""
    asked = EditRequest(model="starter", examples="Capitals", **request)
    view = JobView(JobSpec(job_id, "edit", title, asked.to_json(), created), folder=None)
    for event in events:
        view = view.after(event)
    return view


def running_events(epochs=EPOCHS[:5]):
    return [
        StateEvent(JobState.PREPARING, "", 1000.0),
        ProgressEvent("base passes", 4, 4, "", None, 1001.0),
        StateEvent(JobState.RUNNING, "", 1002.0),
        *(EpochEvent(e, 1003.0 + e.epoch) for e in epochs),
        ProgressEvent("training", 62, 119, "epoch 5 of 10", 48.0, 1010.0),
    ]


def done_events(folder=None, **changes):
    return [
        *running_events(EPOCHS),
        ResultEvent(edit_result(**changes), folder, 1080.0),
        StateEvent(JobState.DONE, "", 1084.0),
    ]


def failed_events():
    return [
        *running_events(),
        FailureEvent(
            "The computer's memory is not enough for this.",
            "Close other programs or choose a smaller model or text, then resume the job.",
            "Traceback (most recent call last):\n  …\nRuntimeError: out of memory",
            1020.0,
        ),
        StateEvent(JobState.FAILED, "", 1021.0),
    ]


def trial(number, *, rate=0.01, weight=0.3, gain=0.2, cost=5e-5, stage="search"):
    """A run of a sweep as the engine tells it; stricter budgets keep less of it."""
    shares = {1e-3: (1.0, 1.6), 1e-4: (0.8, 1.0), 1e-5: (0.3, 0.12)}
    return {
        "name": f"{stage}-{number:03}",
        "stage": stage,
        "configuration": number,
        "seed": 0,
        "drawn": {"learning_rate": rate, "kl_weight": weight, "senses_per_example": 5 + number % 7},
        "epochs": 10,
        "pruned": number % 5 == 4,
        "initial_success": 0.2,
        "kept": [
            {
                "budget": budget,
                "epoch": round(9 * share),
                "success_rate": 0.2 + gain * share,
                "degradation": cost * far,
                "hard_negatives": 20.1,
            }
            for budget, (share, far) in shares.items()
        ],
        "seconds": 61.0 + number,
        "finished": "2026-11-20T12:00:00+00:00",
    }


def trials(count=24):
    """Runs of a sweep over three settings, as a search would have them."""
    made = []
    for number in range(count):
        rate = 10 ** (-4 + 2.5 * (number * 7 % count) / count)
        weight = 0.1 + 0.9 * (number * 11 % count) / count
        gain = 0.5 * (rate / 0.03) ** 0.5 * (1.1 - 0.4 * weight)
        cost = min(9e-5, 1.1e-4 * (rate / 0.03) * (1.3 - weight))
        made.append(trial(number, rate=rate, weight=weight, gain=gain, cost=cost))
    return made


def sweep_job(job_id="sweep", title="Capitals, search", *events, **request):
    """Draw a sweep from what happened to it."""
    asked = SweepRequest("starter", "country-capital", **request)
    created = "2026-11-20T12:30:00+00:00"
    view = JobView(JobSpec(job_id, "sweep", title, asked.to_json(), created), folder=None)
    for event in events:
        view = view.after(event)
    return view


def sweep_events(count=24):
    """A sweep at work, so many of its runs done."""
    return [
        StateEvent(JobState.PREPARING, "", 1000.0),
        StateEvent(JobState.RUNNING, "", 1002.0),
        *(TrialEvent(each, 1010.0) for each in trials(count)),
        ProgressEvent("training", 2440, 3500, "run 25 of about 35: training", 780.0, 1020.0),
    ]


def _setting(name, default, low, high, **more):
    kind = "choice" if more.get("choices") else type(default).__name__
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
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


def context_in(folder, jobs=(), engine=None):
    """Build what a page is handed."""
    application = QApplication.instance()
    events = Events()
    library = Library(folder)
    return GuiContext(
        library=library,
        sets=ExampleSets(library),
        engine=engine or PlayedEngine(),
        jobs=PlayedJobs(jobs),
        events=events,
        selection=Selection(events),
        preferences=PreferenceStore(folder, Preferences()),
        theme=Theme(application),
        data_folder=folder,
    )


def openings(context):
    """Take down which pages are asked for, and what is to be opened on them."""
    seen = []
    context.events.page_requested.connect(seen.append)
    context.events.open_requested.connect(lambda kind, name: seen.append((kind, name)))
    return seen


def _words(names, top, sign=1):
    return [[f" {name}", sign * top * 0.85**place] for place, name in enumerate(names.split())]


def sense_record(word, sense, shift=""):
    """One sense as the engine describes it."""
    common = ["city", "capital", "town", "river", "north", "district", "port", "council"]
    raised = [*shift.split(), *common]
    lowered = ["the", "of", "and", "who", "they", "because", "never", "yes"]
    turned = raised[sense % 3 :] + raised[: sense % 3]
    return {
        "word": word,
        "token_id": 100,
        "sense": sense,
        "norm": 2.0 + sense / 3,
        "raises": _words(" ".join(turned), 3.0 + sense / 2),
        "lowers": _words(" ".join(lowered[sense % 4 :] + lowered[: sense % 4]), 2.0, -1),
    }


def senses_answer(word=" Chad", count=8):
    """What the engine answers about a word."""
    return {"senses": [sense_record(word, sense) for sense in range(count)]}


def edit_senses_answer(word=" Chad", sense=3):
    """What the engine answers about an edit's senses."""
    return {
        "senses": [sense_record(word, sense)],
        "edited": [sense_record(word, sense, "N'Djamena")],
        "difference": [sense_record(word, sense, "N'Djamena Chari")],
    }


def put_edit(context, name="Capitals", edit_id="20261120-100000-aaaaaa", said=None, **changes):
    """Put an edit into the library as the engine writes one.

    `said` changes what its record says, `changes` its result.
    """
    folder = context.library.edits_folder / edit_id
    folder.mkdir(parents=True)
    tensors = folder / "edit.safetensors"
    tensors.write_bytes(b"\0" * 64)
    result = {**edit_result(name), **changes}
    record = {
        "id": edit_id,
        "name": name,
        "created": "2026-11-20T10:00:00+00:00",
        "method": result["method"],
        "model": {"source": "starter", "fingerprint": "f00d"},
        "notes": "",
        "tags": [],
        "request": EditRequest(model="starter", examples="Capitals", save=name).to_json(),
        "data": {
            "name": "Capitals",
            "canonical": {"rows": 12, "sha256": "aa"},
            "evaluation": {"rows": 36, "sha256": "bb"},
            "hard_negatives": {"rows": 24, "sha256": "cc"},
            "texts": {},
        },
        "versions": {"exemplar": "0.1.0"},
        "result": result,
        "files": {tensors.name: sha256_of(tensors)},
        **(said or {}),
    }
    write_record(folder, record)
    row = context.library.add_edit(folder)
    context.events.library_changed.emit()
    return row
