"""The measures of one edit as the window shows them, read from a result or a saved record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtCore import QCoreApplication

from app.gui.tables import figures
from app.gui.tables.cuts import tokenised_said
from app.gui.tables.steps import EPOCHS, Steps

translate = QCoreApplication.translate

FEW_TOUCHED = 1_000
"""Fewer changed tokens of general text say little about the ball."""


@dataclass(frozen=True, slots=True)
class EditFigures:
    """What an edit did and what it cost; None where it was not measured."""

    success_before: float | None
    success_after: float | None
    degradation: float | None
    budget: float
    hard_before: float | None
    hard_after: float | None
    inside_ball: bool | None
    kept_epoch: int | None
    strength: float | None
    text_tokens: int | None
    touched: int | None
    is_sampled: bool
    general_before: float | None = None
    """Mean loss per token of the general text, in nats."""
    general_after: float | None = None
    tokenised: str = ""
    """What had to be done to put the examples into tokens."""
    gate_problem: str = ""
    """Why the gate of a memory is not good enough; empty where it is, or there is none."""

    @classmethod
    def read(cls, result: Mapping[str, Any]) -> "EditFigures":
        """Read what `edit --json` prints, or a part of it."""
        success, hard = _object(result, "success_rate"), _object(result, "hard_negatives")
        text, loss = _object(result, "general_text"), _object(result, "general_loss")
        return cls(
            success_before=success.get("before"),
            success_after=success.get("after"),
            degradation=result.get("degradation"),
            budget=result.get("budget") or 1e-4,
            hard_before=hard.get("before"),
            hard_after=hard.get("after"),
            inside_ball=result.get("inside_ball"),
            kept_epoch=result.get("kept_epoch"),
            strength=result.get("strength"),
            text_tokens=text.get("tokens"),
            touched=text.get("touched"),
            is_sampled=str(text.get("name", "")).startswith("sampled"),
            general_before=loss.get("before"),
            general_after=loss.get("after"),
            tokenised=tokenised_said(result),
            gate_problem=str(_object(result, "scope").get("problem") or ""),
        )

    @property
    def hard_change(self) -> float | None:
        """How much the mean loss of the hard negatives rose, in nats."""
        if self.hard_before is None or self.hard_after is None:
            return None
        return self.hard_after - self.hard_before

    def headline(self, name: str) -> str:
        """Say what was gained, as in `Capitals: 31 % → 78 %`."""
        if self.success_before is None or self.success_after is None:
            return translate("figures", "{name}: success was not measured").format(name=name)
        before, after = figures.percent(self.success_before), figures.percent(self.success_after)
        return f"{name}: {figures.arrow(before, after)}"

    def cost(self, steps: Steps = EPOCHS) -> str:
        """Say what it cost: the degradation of its budget, and what became of near facts."""
        used = figures.degradation(self.degradation, self.budget)
        allowed = figures.degradation(self.budget, self.budget)
        spent = translate("figures", "degradation {used} of {allowed} allowed")
        parts = [spent.format(used=used, allowed=allowed)]
        if self.hard_change is not None:
            change = figures.signed(self.hard_change, decimals=2)
            parts.append(translate("figures", "hard negatives {} nats").format(change))
        if self.kept_epoch is not None:
            parts.append(translate("figures", "{} kept").format(steps.label(self.kept_epoch)))
        if self.strength is not None and self.strength != 1:
            parts.append(translate("figures", "strength {:.2f}").format(self.strength))
        return " · ".join(parts)

    def remarks(self) -> str:
        """Say what one has to know to judge the figures; empty where nothing is special."""
        parts = [self.gate_problem]
        if self.kept_epoch == 0:
            parts.append(
                translate(
                    "figures",
                    "Only the untouched model stayed inside the budget: the edit is empty.",
                )
            )
        if self.is_sampled:
            parts.append(
                translate(
                    "figures", "Degradation is measured on text the model wrote, which is lenient."
                )
            )
        if self.touched is not None and self.touched < FEW_TOUCHED:
            few = translate(
                "figures",
                "The edit reaches only {:,} tokens of the general text, so the budget says little.",
            )
            parts.append(few.format(self.touched))
        return " ".join(filter(None, [*parts, self.tokenised]))

    def pairs(self, steps: Steps = EPOCHS) -> list[tuple[str, str]]:
        """List the measures with their names."""
        hard = (_nats(self.hard_before), _nats(self.hard_after))
        yes, no = translate("figures", "yes"), translate("figures", "no")
        inside = yes if self.inside_ball else no
        gate = [(translate("figures", "Gate"), self.gate_problem)] if self.gate_problem else []
        return [
            *gate,
            (
                translate("figures", "Success"),
                figures.arrow(
                    figures.percent(self.success_before, decimals=1),
                    figures.percent(self.success_after, decimals=1),
                ),
            ),
            (
                translate("figures", "Degradation"),
                figures.degradation(self.degradation, self.budget),
            ),
            (translate("figures", "Budget"), figures.plain(self.budget)),
            (
                translate("figures", "Inside the budget"),
                inside if self.inside_ball is not None else figures.NOTHING,
            ),
            (translate("figures", "Hard negatives, nats"), figures.arrow(*hard)),
            (translate("figures", "Kept {}").format(steps.name), _kept(self.kept_epoch, steps)),
            (
                translate("figures", "Strength"),
                figures.NOTHING if self.strength is None else f"{self.strength:.3g}",
            ),
            (translate("figures", "General text, scored tokens"), _count(self.text_tokens)),
            (translate("figures", "… of which the edit reaches"), _count(self.touched)),
        ]


def _object(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = record.get(key)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _nats(value: float | None) -> str:
    return figures.NOTHING if value is None else f"{value:.2f}"


def _count(value: int | None) -> str:
    return figures.NOTHING if value is None else f"{value:,}"


def _kept(number: int | None, steps: Steps) -> str:
    return figures.NOTHING if number is None else figures.plain(steps.value(number))
