"""A sweep's result in words, for people; --json has the same unrounded."""

from collections.abc import Mapping
from typing import Any

from app.cli.tables import aligned
from app.cli.texts import FEW_TOUCHED, FINEST_IN_BFLOAT16
from app.operations.content import precision_told
from app.operations.steps import step_label


def sweep_lines(result: Mapping[str, Any]) -> list[str]:
    """Say what a sweep found for each budget."""
    head = ("budget", "configuration", "kept", "validation", "test", "hard negatives", "settings")
    table = aligned(
        [head, *(_cells(ball, result["runs"], result["step"]) for ball in result["balls"])]
    )
    return [
        f"{result['labels']['method']} on {result['labels']['task']}, {result['model']}",
        *table,
        "Success in points, hard negatives' loss in nats, on test with standard errors over "
        f"{result['test_seeds']} seeds; degradation on {_text(result)}",
        f"Kept in {result['folder']}",
    ]


def sweep_warnings(result: Mapping[str, Any]) -> list[str]:
    """Say what a person should know before relying on a sweep."""
    said: list[str] = []
    if result["general_text"] == "sampled":
        said.append(
            "Degradation was measured on text sampled from the model, which is lenient. For "
            "figures to compare, give natural text: --general-text FILE."
        )
    text = result["measured_on"]["test"]
    if text is not None and 0 < text["touched"] < FEW_TOUCHED:
        said.append(
            f"Only {text['touched']} tokens of the general text can be touched by the best edit: "
            "the budget says little. Give more general text."
        )
    outside = [ball["budget"] for ball in result["balls"] if not ball["validation"]["kept_epoch"]]
    too_fine = [budget for budget in result["budgets"] if budget <= FINEST_IN_BFLOAT16]
    if too_fine and result.get("dtype") == "bfloat16":
        said.append(
            "It was computed in bfloat16, which is too coarse to tell what is within a budget of "
            f"{', '.join(f'{budget:g}' for budget in too_fine)}. Measure that in float32."
        )
    if outside:
        budgets = ", ".join(f"{budget:g}" for budget in outside)
        said.append(
            f"At {budgets} no configuration did better than the untouched model, which is what "
            "was kept. Try more configurations."
        )
    return said


def estimate_text(estimate: Mapping[str, float | None] | None, scale: float, form: str) -> str:
    """Write a mean and its standard error, `-` where there is none.

    Args:
        scale: What both are multiplied by: 100 for points.
        form: How both are written, for instance ".1f"; the mean with its sign.
    """
    if estimate is None or estimate["mean"] is None:
        return "-"
    mean, error = scale * estimate["mean"], estimate["standard_error"]
    return f"{mean:+{form}}" + ("" if error is None else f" ± {scale * error:{form}}")


def _cells(
    ball: Mapping[str, Any], runs: list[Mapping[str, Any]], step: Mapping[str, Any]
) -> tuple[str, ...]:
    validation, test = ball["validation"], ball["test"]
    rate = validation["success_rate"]
    drawn = next(run["drawn"] for run in runs if run["name"] == validation["run"])
    return (
        f"{ball['budget']:g}",
        str(ball["configuration"]),
        step_label(step, validation["kept_epoch"]),
        "-" if rate["before"] is None else f"{100 * (rate['after'] - rate['before']):+.1f}",
        estimate_text(test["success_change"], 100, ".1f"),
        estimate_text(test["hard_negatives_change"], 1, ".3f"),
        ", ".join(f"{name} {value:.4g}" for name, value in drawn.items()),
    )


def _text(result: Mapping[str, Any]) -> str:
    text = result["measured_on"]["test"] or result["measured_on"]["search"]
    return f"{text['name']}, {text['tokens']} tokens{precision_told(result)}"
