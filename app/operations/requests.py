"""What the verbs are asked for: plain frozen values, as the command line's flags. Torch-free."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self, cast

from typing_extensions import override

from editing.errors import EditingError

SAMPLED = "sampled"
"""The general text that is sampled from the untouched model."""
DEFAULT_METHOD = "sense-finetuning"
DEFAULT_BUDGET = 1e-4
DEFAULT_BUDGETS = (1e-3, 1e-4, 1e-5)
DTYPES = ("float32", "bfloat16")
"""What a run may compute in."""
FORMS = ("folder", "edit", "adapter")
"""A model folder with the edit in it, the edit alone, or (of low rank) a PEFT adapter."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that travels as JSON."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON has them."""
        return {name: _as_list(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; fields that are not there keep their defaults.

        Raises:
            EditingError: A field is unknown, or a needed one is missing.
        """
        known = {item.name for item in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise EditingError(
                f"A {cls.__name__} has no {unknown[0]}; it comes from a newer Exemplar. Update it."
            )
        arguments: dict[str, Any] = {name: _as_tuple(value) for name, value in values.items()}
        try:
            return cls(**arguments)
        except TypeError as error:
            raise EditingError(f"A {cls.__name__} is incomplete ({error}).") from error


@dataclass(frozen=True, slots=True)
class EditRequest(Request):
    """Fit an edit to a model from examples, evaluate it and, with a name, keep it."""

    model: str
    """"starter", a folder, or a hub id."""
    task: str | None = None
    split: str | None = None
    """"val" or "test"; of a task only."""
    examples: str | None = None
    """An existing path is a file, otherwise a set's name."""
    evaluate: str | None = None
    hard_negatives: str | None = None
    kind: str | None = None
    """For rows without one of their own."""
    threshold: float | None = None
    """As entered (a probability or a ratio), for rows without one of their own."""
    general_text: str | None = SAMPLED
    """A file or SAMPLED."""
    regularisation_text: str | None = SAMPLED
    method: str = DEFAULT_METHOD
    budget: float = DEFAULT_BUDGET
    settings: dict[str, Any] = field(default_factory=dict[str, Any], hash=False)
    """Where they differ from the method's defaults."""
    seed: int = 0
    fit_to_ball: bool = False
    on: tuple[str, ...] = ()
    """Edits that stay on the model while this one is learnt, each NAME or NAME@STRENGTH."""
    save: str | None = None
    """The edit's name in the library; None keeps nothing."""
    general_tokens: int | None = None
    """Use only so many tokens of the general text."""
    regularisation_tokens: int | None = None
    """The same of the regularisation text."""
    data_dir: str | None = None
    skip_bad_rows: bool = False
    """Go on with a file's good rows."""
    dtype: str | None = None
    """What to compute in, one of DTYPES; None as the program is set."""
    window: int | None = None
    """Tokens that general texts are read by; None as the program is set."""


@dataclass(frozen=True, slots=True)
class SweepRequest(Request):
    """Search a method's settings on a task's validation split, then run the best on test."""

    model: str
    task: str
    method: str = DEFAULT_METHOD
    budgets: tuple[float, ...] = DEFAULT_BUDGETS
    """One run of a configuration serves them all."""
    configurations: int = 25
    test_seeds: int = 10
    general_text: str = SAMPLED
    """A file or SAMPLED, for both stages."""
    regularisation_text: str = SAMPLED
    general_tokens: int | None = None
    """Use only so many tokens of the general text."""
    test_general_tokens: int | None = None
    """The same on test; None for as many as in the search."""
    regularisation_tokens: int | None = None
    """Use only so many tokens of the regularisation text."""
    settings: dict[str, Any] = field(default_factory=dict[str, Any], hash=False)
    """Settings that are not searched."""
    sampler: str = "random"
    """"random" or "tpe"."""
    seed: int = 0
    """Of the draws and of the search's runs; test runs have the seeds 0, 1, …."""
    prune: bool = True
    """Give up runs that have left every ball for good."""
    folder: str | None = None
    """Where sweeps are kept; None for the data folder's own."""
    scheduler: str | None = None
    """`local:N` or the address of a Dask scheduler; None carries out runs in this process."""
    data_dir: str | None = None
    dtype: str | None = None
    """What to compute in, one of DTYPES; None as the program is set."""
    window: int | None = None
    """Tokens that general texts are read by; None as the program is set."""


@dataclass(frozen=True, slots=True)
class RetentionRequest(Request):
    """Write many edits into a model one after the other, with one method or several."""

    model: str
    methods: tuple[str, ...]
    task: str = "country-capital"
    """Whose facts are written."""
    points: tuple[int, ...] = (1, 10, 50, 200)
    """After how many edits it is measured."""
    epochs: int = 3
    """Of each edit, for methods that train in epochs."""
    budget: float = DEFAULT_BUDGET
    """What decides how far the rows of memories reach; the other methods go where they go."""
    general_text: str = SAMPLED
    """A file or SAMPLED."""
    regularisation_text: str = SAMPLED
    general_tokens: int | None = None
    """Use only so many tokens of the general text."""
    regularisation_tokens: int | None = None
    """The same of the regularisation text."""
    settings: dict[str, Any] = field(default_factory=dict[str, Any], hash=False)
    """By METHOD.NAME, where they differ from a method's defaults."""
    seed: int = 0
    folder: str | None = None
    """Where curves are kept; None for the data folder's own."""
    data_dir: str | None = None
    dtype: str | None = None
    """What to compute in, one of DTYPES; None as the program is set."""
    window: int | None = None
    """Tokens that general texts are read by; None as the program is set."""


@dataclass(frozen=True, slots=True)
class ReportRequest(Request):
    """Tell the results of sweeps and of many edits in a row."""

    folder: str | None = None
    """Where the sweeps are; None for the data folder's own."""
    to: str | None = None
    """A folder to write the report to, as Markdown, CSV and HTML."""
    data_dir: str | None = None
    retention: str | None = None
    """Where the curves of many edits in a row are; None for the data folder's own."""


@dataclass(frozen=True, slots=True)
class EvaluateRequest(Request):
    """Measure a model with a stack of edits on it."""

    model: str
    edits: tuple[str, ...] = ()
    """Each NAME or NAME@STRENGTH, put on in this order."""
    task: str | None = None
    split: str | None = None
    examples: str | None = None
    evaluate: str | None = None
    hard_negatives: str | None = None
    kind: str | None = None
    threshold: float | None = None
    general_text: str | None = None
    """A file or SAMPLED; None measures no degradation."""
    budget: float | None = None
    """None leaves open whether the result is inside a ball."""
    general_tokens: int | None = None
    data_dir: str | None = None
    skip_bad_rows: bool = False


@dataclass(frozen=True, slots=True)
class GenerateRequest(Request):
    """Continue a prompt with a stack of edits on the model."""

    model: str
    prompt: str
    edits: tuple[str, ...] = ()
    tokens: int = 40
    temperature: float = 1.0
    """0 takes the likeliest token each time."""
    seed: int = 0
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class SensesRequest(Request):
    """Look into the senses of a word, or into those an edit changed."""

    model: str
    word: str | None = None
    edit: str | None = None
    top: int = 10
    difference: bool = False
    """Also what the difference itself raises and lowers."""
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class ExportRequest(Request):
    """Write an edit of the library somewhere else."""

    edit: str
    """NAME or NAME@STRENGTH."""
    to: str
    """A path where nothing is yet."""
    form: str = "folder"
    """One of FORMS."""
    dtype: str = "float32"
    data_dir: str | None = None
    more: tuple[str, ...] = ()
    """Edits put on after it, as NAME or NAME@STRENGTH; a model folder only."""


@dataclass(frozen=True, slots=True)
class ImportRequest(Request):
    """Take an exported edit into the library."""

    path: str
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class RowToScore(Request):
    """A prefix and its continuations, as a table shows them."""

    id: str
    prefix: str
    suffix: str
    other_suffix: str | None = None


@dataclass(frozen=True, slots=True)
class ProbabilitiesRequest(Request):
    """Say how likely rows' continuations are with a stack of edits on the model."""

    model: str
    rows: tuple[RowToScore, ...]
    edits: tuple[str, ...] = ()
    data_dir: str | None = None

    @override
    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        rows = tuple(RowToScore.from_json(row) for row in values.get("rows", ()))
        return super(ProbabilitiesRequest, cls).from_json({**values, "rows": rows})


def _as_list(value: object) -> object:
    return list(cast(tuple[Any, ...], value)) if isinstance(value, tuple) else value


def _as_tuple(value: object) -> object:
    return tuple(cast(list[Any], value)) if isinstance(value, list) else value
