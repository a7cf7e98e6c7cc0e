"""One method's curve: edit after edit, and what is measured at each point."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from app.operations.provenance import now, versions
from app.operations.resources import LibraryResources
from app.operations.retention.curve_folder import curve_checkpoints, curve_lines, read_points
from editing.base_passes import BasePassCache, pass_for
from editing.editors import find_editor
from editing.editors.base import Edit, Editor, TokenLosses
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report, never_stopping
from editing.retention import Chain, EditingInTurn, FactsInTurn, PointMeasures, Texts

Told = Callable[[str], None]
"""Takes a sentence about a point that is reached."""
SAVED_EVERY = 10
"""Edits between two checkpoints."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all methods of a request are given."""

    model: LanguageModel
    facts: FactsInTurn
    general: GeneralText | None
    regularisation: GeneralText
    passes: BasePassCache
    resources: LibraryResources


def carry_out_curve(
    path: Path,
    header: Mapping[str, Any],
    settings: Any,  # noqa: ANN401 - each method's own
    shared: Shared,
    report: Report,
    told: Told,
) -> None:
    """Carry out the points of a curve that are due, and write a line for each.

    Raises:
        EditingError: An edit cannot be fitted.
        Cancelled: The work was told to stop.
    """
    done = {point["edits"] for point in read_points(path)}
    due = [point for point in header["points"] if point not in done]
    if not due:
        return
    editor = find_editor(header["method"])
    report = never_stopping(report)  # half a curve is no result
    course = _Course.begin(editor, settings, header, shared, path, report)
    for point in due:
        edit, spent = course.go_to(point)
        losses = edit.token_losses(shared.model, [1.0])
        measures = course.texts.measured(point, losses)
        curve_lines(path).add(_line(measures, spent, course.preparing, edit))
        told(_sentence(editor.label, measures, spent))
    curve_checkpoints(path).path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Spent:
    """Time by the clock, and of the processor: what others do beside it slows only the first."""

    seconds: float
    cpu_seconds: float

    @classmethod
    def now(cls) -> "_Spent":
        """Read both clocks."""
        return cls(time.monotonic(), time.process_time())

    def since(self, begin: "_Spent") -> "_Spent":
        """The time between two readings."""
        return _Spent(self.seconds - begin.seconds, self.cpu_seconds - begin.cpu_seconds)

    def plus(self, more: "_Spent") -> "_Spent":
        """Both together."""
        return _Spent(self.seconds + more.seconds, self.cpu_seconds + more.cpu_seconds)


@dataclass(slots=True)
class _Course:
    """A curve under way."""

    editor: Editor[Any]
    editing: EditingInTurn
    texts: Texts
    yardstick: Yardstick
    """G alone: it decides how far a memory's rows reach."""
    budget: float
    path: Path
    report: Report
    preparing: _Spent
    """What serves all edits: base passes, covariances, a memory's scope."""
    chain: Chain
    spent: _Spent
    """On the edits of the chain."""

    @classmethod
    def begin(
        cls,
        editor: Editor[Any],
        settings: Any,  # noqa: ANN401
        header: Mapping[str, Any],
        shared: Shared,
        path: Path,
        report: Report,
    ) -> "_Course":
        """Pass the base over all texts, and go on from a checkpoint where there is one."""
        begin = _Spent.now()
        passes = shared.passes
        pass_over = pass_for(editor, passes)
        texts = Texts.over(shared.model, shared.facts, shared.general, pass_over, report)
        yardstick = Yardstick.over(
            shared.model, EvaluationTexts(general=shared.general), pass_over, report
        )
        editing = EditingInTurn(
            model=shared.model,
            editor=editor,
            settings=settings,
            facts=shared.facts,
            regularisation=shared.regularisation,
            passes=passes,
            resources=shared.resources,
            seed=header["seed"],
        )
        editing.one_more(Chain(0, None), report)  # so that no edit pays for what all share
        preparing = _Spent.now().since(begin)
        state = curve_checkpoints(path).load() or {"edits": 0, "seconds": 0.0, "cpu_seconds": 0.0}
        return cls(
            editor=editor,
            editing=editing,
            texts=texts,
            yardstick=yardstick,
            budget=header["budget"],
            path=path,
            report=report,
            preparing=preparing,
            chain=Chain.from_state(state, editor),
            spent=_Spent(state["seconds"], state["cpu_seconds"]),
        )

    def go_to(self, point: int) -> tuple[Edit, _Spent]:
        """Write edits until there are so many; return them as one, and the time they took."""
        if self.editor.writes_in_turn:
            return self._rows(point)
        while self.chain.edits < point:
            begin = _Spent.now()
            self.chain = self.editing.one_more(self.chain, self._quiet)
            self.spent = self.spent.plus(_Spent.now().since(begin))
            if self.chain.edits % SAVED_EVERY == 0 or self.chain.edits == point:
                state = {**self.chain.state(), **asdict(self.spent)}
                curve_checkpoints(self.path).save(state)
            self._tell(self.chain.edits)
        return self.chain.whole, self.spent

    def _rows(self, point: int) -> tuple[Edit, _Spent]:
        judge = _TimedJudge(self.yardstick, self.budget, lambda _: None)

        def writing(progress: Progress) -> None:
            self._tell(progress.done if progress.total == point else 0)

        begin = _Spent.now()
        edit = self.editing.all_at_once(point, judge, writing)
        self._tell(point)
        return edit, _Spent.now().since(begin).since(judge.spent)

    def _quiet(self, progress: Progress) -> None:
        """Let a fit be cancelled, and say how many edits are written rather than how far it is."""
        del progress
        self._tell(self.chain.edits)

    def _tell(self, edits: int) -> None:
        points = self.texts.facts.edits
        self.report(Progress(f"editing: {self.editor.label}", edits, len(points)))


class _TimedJudge(BallJudge):
    """Knows how long it has measured, which is no part of what an edit takes."""

    spent: _Spent = _Spent(0.0, 0.0)

    @override
    def decide(self, train_losses: Sequence[float | None], losses: TokenLosses) -> int:
        begin = _Spent.now()
        kept = super().decide(train_losses, losses)
        self.spent = self.spent.plus(_Spent.now().since(begin))
        return kept


def _line(measures: PointMeasures, spent: _Spent, preparing: _Spent, edit: Edit) -> dict[str, Any]:
    return {
        **measures.to_json(),
        **{name: round(value, 3) for name, value in asdict(spent).items()},
        **{f"preparing_{name}": round(value, 3) for name, value in asdict(preparing).items()},
        **_reach(edit),
        "finished": now(),
        "versions": versions(),
    }


def _reach(edit: Edit) -> dict[str, Any]:
    """How far a memory's rows reach, as it was decided on G."""
    record = edit.state().record
    return {name: record[name] for name in ("threshold", "reach") if name in record}


def _sentence(label: str, measures: PointMeasures, spent: _Spent) -> str:
    values = measures.to_json()
    degraded = measures.degradation
    words = [
        f"{label}, {measures.edits} edits: {values['retention']:.1%} hold",
        f"{values['latest']:.0%} of the latest {values['latest_edits']}",
        "" if degraded is None else f"degradation {degraded:.2e}",
        f"{spent.cpu_seconds / measures.edits:.2g} processor seconds an edit",
    ]
    return ", ".join(word for word in words if word)
