"""Jobs as tests make them: epochs, what happens to a run or a sweep, and what comes of it."""

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
