"""The command line: one JSON object, one sentence on error, the exit codes, nothing lost."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli import main as cli
from editing.examples import Example, ExampleSet, Kind
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from editing.library.records import TENSORS
from tests.tiny import SENTENCES, tiny_backpack

COUNTRIES = (("France", "Paris"), ("Spain", "Madrid"))
EDIT_KEYS = [
    "name",
    "model",
    "method",
    "budget",
    "settings",
    "seed",
    "success_rate",
    "general_loss",
    "degradation",
    "hard_negatives",
    "inside_ball",
    "dtype",
    "kept_epoch",
    "step",
    "strength",
    "epochs",
    "senses",
    "general_text",
    "tokenised",
    "scope",
    "edit_success",
    "seconds",
]
EPOCH_KEYS = [
    "epoch",
    "train_loss",
    "success_rate",
    "general_loss",
    "degradation",
    "hard_negatives",
    "inside_ball",
]


@dataclass(frozen=True)
class Workshop:
    """A tiny model with example files and texts, and a command line over them."""

    folder: Path
    model: str

    def file(self, name: str) -> str:
        """Name one of the files."""
        return str(self.folder / name)

    def edit_arguments(self, *more: str) -> list[str]:
        """Ask for an edit that takes a moment."""
        return [
            *("edit", "--model", self.model, "--examples", self.file("canonical.jsonl")),
            *("--evaluate", self.file("evaluation.jsonl")),
            *("--hard-negatives", self.file("hard.jsonl"), "--threshold", "0.01"),
            *("--general-text", self.file("general.txt")),
            *("--regularisation-text", self.file("regularisation.txt")),
            *("--method", "sense-finetuning", "--budget", "1000", "--set", "epochs=2"),
            *("--set", "learning_rate=0.05", *more),
        ]


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    folder = tmp_path_factory.mktemp("workshop")
    rows = {
        "canonical": [
            {"prefix": f"The capital of {land} is", "suffix": f" {city}"}
            for land, city in COUNTRIES
        ],
        "evaluation": [
            {"prefix": f"An old river runs through {land}. The capital is", "suffix": f" {city}"}
            for land, city in COUNTRIES
        ],
        "hard": [{"prefix": "The nurse said", "suffix": " she"}],
    }
    for name, each in rows.items():
        write_rows(folder / f"{name}.jsonl", each)
    (folder / "general.txt").write_text("\n".join(SENTENCES[:3]), encoding="utf-8")
    unfitting = "The capital of France is old and the river of Spain is where people read."
    (folder / "unfitting.txt").write_text(f"{unfitting}\nThe capital play is bread.\n")
    (folder / "regularisation.txt").write_text("\n".join(SENTENCES[1:]), encoding="utf-8")
    return Workshop(folder, str(tiny_backpack(folder / "tiny")))


@pytest.fixture
def run_json(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command with --json and return its object; stdout must hold nothing else."""

    def run(*arguments: str) -> dict[str, Any]:
        code = cli.main([*arguments, "--json"])
        captured = capsys.readouterr()
        assert code == cli.DONE, captured.err
        assert captured.out.count("\n") == 1
        return json.loads(captured.out)

    return run


@pytest.fixture
def fail(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command that has to fail and return what it says on stderr."""

    def run(code: int, *arguments: str) -> str:
        assert cli.main(arguments) == code
        captured = capsys.readouterr()
        assert captured.out == ""
        return captured.err

    return run


def test_edit_prints_the_contracts_object(workshop: Workshop, run_json: Any) -> None:
    result = run_json(*workshop.edit_arguments())
    assert list(result) == EDIT_KEYS
    assert [list(epoch) for epoch in result["epochs"]] == [EPOCH_KEYS] * 3
    assert [epoch["epoch"] for epoch in result["epochs"]] == [0, 1, 2]
    assert {tuple(sense) for sense in result["senses"]} == {("word", "token_id", "sense", "score")}
    assert list(result["general_text"]) == ["name", "tokens", "touched"]
    for measure in ("success_rate", "general_loss", "hard_negatives"):
        assert list(result[measure]) == ["before", "after"]
    assert result["settings"]["epochs"] == 2
    assert (result["name"], result["kept_epoch"], result["inside_ball"]) == (None, 2, True)
    assert result["step"] == {"name": "epoch", "values": []}
    losses = result["general_loss"]
    assert result["degradation"] == pytest.approx(losses["after"] / losses["before"] - 1, abs=1e-12)


def test_what_is_not_asked_for_is_null(workshop: Workshop, run_json: Any) -> None:
    result = run_json(
        *("edit", "--model", workshop.model, "--examples", workshop.file("canonical.jsonl")),
        *("--general-text", workshop.file("general.txt"), "--set", "epochs=1"),
        *("--regularisation-text", workshop.file("regularisation.txt")),
    )
    assert result["success_rate"] == {"before": None, "after": None}
    assert result["hard_negatives"] == {"before": None, "after": None}


def test_a_saved_edit_is_used_by_the_other_commands(workshop: Workshop, run_json: Any) -> None:
    edit = run_json(*workshop.edit_arguments("--save", "Capitals"))
    assert [row["name"] for row in run_json("library", "list")["edits"]] == ["Capitals"]
    assert run_json("library", "show", "Capitals")["result"] == edit
    evaluated = run_json(
        *("evaluate", "--model", workshop.model, "--edit", "Capitals", "--threshold", "0.01"),
        *("--examples", workshop.file("canonical.jsonl"), "--budget", "1000"),
        *("--evaluate", workshop.file("evaluation.jsonl")),
        *("--hard-negatives", workshop.file("hard.jsonl")),
        *("--general-text", workshop.file("general.txt")),
    )
    for measure in ("success_rate", "general_loss", "degradation", "hard_negatives"):
        assert evaluated[measure] == edit[measure]
    assert evaluated["general_text"] == edit["general_text"]
    keys = ["before", "after", "succeeded_before", "succeeded_after"]
    assert [list(example) for example in evaluated["examples"]] == [keys] * 2


def test_an_edit_twice_at_half_strength_is_the_edit(workshop: Workshop, run_json: Any) -> None:
    run_json(*workshop.edit_arguments("--save", "Capitals"))
    data = ("--model", workshop.model, "--examples", workshop.file("canonical.jsonl"))
    once = run_json("evaluate", *data, "--edit", "Capitals")
    twice = run_json("evaluate", *data, "--edit", "Capitals@0.5", "--edit", "Capitals@0.5")
    untouched = run_json("evaluate", *data, "--edit", "Capitals@0")
    after = [example["after"] for example in once["examples"]]
    assert [example["after"] for example in twice["examples"]] == pytest.approx(after, rel=1e-6)
    assert [e["before"] for e in once["examples"]] == [e["after"] for e in untouched["examples"]]
    assert [e["before"] for e in once["examples"]] != after


def test_generate_prints_the_same_for_the_same_seed(workshop: Workshop, run_json: Any) -> None:
    run_json(*workshop.edit_arguments("--save", "Capitals"))
    command = ("generate", "--model", workshop.model, "--prompt", "The river", "--tokens", "9")
    base, again = (run_json(*command, "--seed", "4") for _ in range(2))
    edited = run_json(*command, "--seed", "4", "--edit", "Capitals@40")
    assert base == again
    assert list(base) == ["text", "continuation", "tokens", "dropped", "gates"]
    assert base["text"] == "The river" + base["continuation"]
    assert edited["continuation"] != base["continuation"]


def test_senses_are_shown_for_a_word_and_an_edit(workshop: Workshop, run_json: Any) -> None:
    edit = run_json(*workshop.edit_arguments("--save", "Capitals"))
    command = ("senses", "--model", workshop.model, "--top", "3")
    word = run_json(*command, "--word", "city")
    keys = ["word", "token_id", "sense", "norm", "raises", "lowers"]
    assert list(word) == ["senses", "edited"]
    assert {tuple(sense) for sense in word["senses"]} == {tuple(keys)}
    assert [len(sense["raises"]) for sense in word["senses"]] == [3] * len(word["senses"])
    assert word["edited"] is None
    changed = run_json(*command, "--edit", "Capitals")
    assert {(s["token_id"], s["sense"]) for s in changed["senses"]} == {
        (s["token_id"], s["sense"]) for s in edit["senses"]
    }
    assert [list(sense) for sense in changed["edited"]] == [keys] * len(edit["senses"])
    assert [s["norm"] for s in changed["edited"]] != [s["norm"] for s in changed["senses"]]


def test_an_edit_is_exported_deleted_imported_and_brought_back(
    workshop: Workshop, run_json: Any, tmp_path: Path
) -> None:
    run_json(*workshop.edit_arguments("--save", "Capitals"))
    folder, alone = str(tmp_path / "model"), str(tmp_path / "alone")
    run_json("library", "export", "Capitals", "--to", folder, "--form", "folder")
    run_json("library", "export", "Capitals", "--to", alone, "--form", "edit")
    run_json("library", "delete", "Capitals")
    assert run_json("library", "list")["edits"] == []
    assert run_json("library", "undelete", "Capitals")["name"] == "Capitals"
    other = ("--data-dir", str(tmp_path / "other"))
    assert run_json(*other, "library", "import", alone)["doubt"] is None
    assert [row["name"] for row in run_json(*other, "library", "list")["edits"]] == ["Capitals"]
    assert run_json("models", "check", folder)["senses"] == 4


def test_verify_names_a_flipped_byte_and_fails(
    workshop: Workshop, run_json: Any, capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    run_json(*workshop.edit_arguments("--save", "Capitals"))
    assert run_json("library", "verify") == {"edits": 1, "damaged": []}
    (path,) = (data_dir / "edits").glob(f"*/{TENSORS}")
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    assert cli.main(["library", "verify"]) == cli.FAILED
    assert str(path) in capsys.readouterr().out


def test_the_library_is_rebuilt(workshop: Workshop, run_json: Any, data_dir: Path) -> None:
    run_json(*workshop.edit_arguments("--save", "Capitals"))
    for path in data_dir.glob("library.db*"):
        path.unlink()
    assert run_json("library", "rebuild") == {"edits": 1, "problems": []}


def test_an_empty_edit_is_said(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = workshop.edit_arguments("--budget", "0", "--set", "learning_rate=5", "--json")
    assert cli.main(arguments) == cli.DONE
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert (result["kept_epoch"], result["inside_ball"], result["degradation"]) == (0, True, 0.0)
    assert "the edit is empty" in captured.err


def test_fitting_to_the_ball_uses_more_of_the_budget(workshop: Workshop, run_json: Any) -> None:
    general = ("--general-text", workshop.file("unfitting.txt"))
    settings = ("--set", "learning_rate=0.5", "--budget", "0.005", *general)
    plain = run_json(*workshop.edit_arguments(*settings))
    fitted = run_json(*workshop.edit_arguments(*settings, "--fit-to-ball", "--save", "Fitted"))
    assert plain["degradation"] < fitted["degradation"] <= 0.005
    assert plain["strength"] == 1 < fitted["strength"] < 4
    data = ("--examples", workshop.file("canonical.jsonl"))
    evaluated = run_json("evaluate", "--model", workshop.model, "--edit", "Fitted", *data, *general)
    assert evaluated["degradation"] == pytest.approx(fitted["degradation"], abs=1e-9)
    assert evaluated["edits"] == [{"name": "Fitted", "strength": fitted["strength"]}]


def test_a_set_of_the_library_is_named_like_a_file(
    workshop: Workshop, run_json: Any, data_dir: Path
) -> None:
    pair = Example("The nurse said", " he", " she", kind=Kind.BALANCE)
    with Library(data_dir) as library:
        ExampleSets(library).save(ExampleSet("Nurses", (pair,)))
    result = run_json("evaluate", "--model", workshop.model, "--examples", "nurses")
    assert len(result["examples"]) == 1
    assert result["inside_ball"] is None


def test_two_continuations_without_a_kind_name_the_flag(
    workshop: Workshop, fail: Any, tmp_path: Path
) -> None:
    write_rows(tmp_path / "p.jsonl", [{"prefix": "a", "suffix1": " he", "suffix2": " she"}])
    command = ("evaluate", "--model", workshop.model, "--examples", str(tmp_path / "p.jsonl"))
    said = fail(cli.FAILED, *command)
    assert "--kind" in said
    assert said.count("\n") == 1


def test_every_bad_row_is_named_unless_the_person_goes_on(
    workshop: Workshop, fail: Any, run_json: Any, tmp_path: Path
) -> None:
    good = '{"prefix": "The city", "suffix": " where"}\n'
    (tmp_path / "rows.jsonl").write_text(f'{good}{{"prefix": "a"}}\n{good}nonsense\n')
    command = ("evaluate", "--model", workshop.model, "--examples", str(tmp_path / "rows.jsonl"))
    said = fail(cli.FAILED, *command)
    assert "line 2" in said
    assert "line 4" in said
    assert len(run_json(*command, "--skip-bad-rows")["examples"]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["edit"],
        ["edit", "--model", "starter"],
        ["edit", "--model", "starter", "--examples", "a", "--task", "b"],
        ["edit", "--model", "starter", "--examples", "a", "--kind", "more"],
        ["edit", "--model", "starter", "--examples", "a", "--set", "epochs"],
        ["edit", "--model", "starter", "--examples", "a", "--split", "val"],
        ["edit", "--model", "starter", "--examples", "a", "--budget", "-1"],
        ["senses", "--model", "starter"],
        ["library", "export", "a", "--to", "b", "--form", "zip"],
        ["tasks", "show"],
        ["frobnicate"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(arguments: list[str], fail: Any) -> None:
    assert "usage: exemplar" in fail(cli.MISUSED, *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tasks", "show", "nothing"], "no task 'nothing'"),
        (["library", "show", "nothing"], "no edit 'nothing'"),
        (["models", "check", "./nowhere"], "nowhere"),
        (["evaluate", "--model", "starter", "--examples", "nothing"], "neither a file nor"),
        (["evaluate", "--model", "starter", "--examples", __file__], "no known kind"),
    ],
    ids=["task", "edit", "model", "set", "file"],
)
def test_an_error_is_one_sentence_and_exits_1(
    arguments: list[str], message: str, fail: Any
) -> None:
    said = fail(cli.FAILED, *arguments).splitlines()
    assert message in said[-1]
    assert "Traceback" not in "".join(said)


def test_an_unknown_setting_is_named_before_the_model_is_loaded(fail: Any) -> None:
    command = ("edit", "--model", "./nowhere", "--task", "country-capital", "--split", "val")
    assert "'epoch'" in fail(cli.FAILED, *command, "--set", "epoch=2")


def test_a_taken_name_is_refused_before_anything_is_fitted(
    workshop: Workshop, run_json: Any, fail: Any
) -> None:
    run_json(*workshop.edit_arguments("--save", "Capitals"))
    said = fail(cli.FAILED, *workshop.edit_arguments("--save", "capitals"))
    assert "already" in said
    assert "epoch" not in said


def test_tasks_are_listed_and_shown(run_json: Any) -> None:
    assert "country-capital" in [task["name"] for task in run_json("tasks", "list")["tasks"]]
    assert run_json("tasks", "show", "country-capital")["kind"] == "increase"


def test_results_are_told_in_words_too(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(workshop.edit_arguments("--save", "Capitals")) == cli.DONE
    captured = capsys.readouterr()
    assert "Success: " in captured.out
    assert "Saved as Capitals." in captured.out
    assert "epoch 2: " in captured.err


def test_an_interrupt_exits_130(
    workshop: Workshop, fail: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.operations.edit.fit_edit", interrupted)
    assert fail(cli.INTERRUPTED, *workshop.edit_arguments("--save", "x")) == "Interrupted.\n"


@pytest.mark.slow
def test_ctrl_c_ends_a_running_edit_cleanly(workshop: Workshop, data_dir: Path) -> None:
    arguments = workshop.edit_arguments("--save", "Long", "--set", "epochs=1000", "--json")
    command = [
        sys.executable,
        "-c",
        "import sys; from app.cli.main import main; sys.exit(main(sys.argv[1:]))",
    ]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if "training" in line:
                break
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (cli.INTERRUPTED, "")
    assert err.splitlines()[-1] == "Interrupted."
    assert list((data_dir / "edits").glob("*")) == []
