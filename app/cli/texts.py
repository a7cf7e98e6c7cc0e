"""The command line's results in words, for people; --json has the same unrounded."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.cli.tables import aligned
from app.operations.steps import step_label
from editing.library.edit_row import EditRow
from editing.tasks import TaskCard


def task_lines(card: TaskCard) -> list[str]:
    """Describe a task."""
    sizes = [
        f"{split}: {size.canonical} canonical, {size.evaluation} evaluation, "
        f"{size.hard_negatives} hard negatives"
        for split, size in card.splits.items()
    ]
    return [
        f"{card.label} ({card.name})",
        card.description,
        f"Kind: {card.kind}, threshold {card.threshold:g}",
        *sizes,
        f"{card.authors}, {card.licence}",
        "",
        card.card,
    ]


def edit_lines(result: Mapping[str, Any]) -> list[str]:
    """Describe what came of an edit."""
    lines = [
        *(["NOT A SUCCESS: its gate hardly answers, as told above."] if _fails(result) else ()),
        *measure_lines(result),
        f"Kept {step_label(result.get('step'), result['kept_epoch'])} "
        f"at strength {result['strength']:.4g}; "
        f"{_chosen(result['senses'])}{result['seconds']:.0f} s",
    ]
    if result["name"]:
        lines.append(f"Saved as {result['name']}.")
    return lines


def _fails(result: Mapping[str, Any]) -> bool:
    """Whether a memory stays inside the budget by hardly answering."""
    scope: Mapping[str, Any] | None = result.get("scope")
    return scope is not None and bool(scope.get("problem"))


def measure_lines(result: Mapping[str, Any]) -> list[str]:
    """Describe the measures before and after."""
    lines = [
        f"Success: {_change(result['success_rate'], '.1%')}",
        f"Loss on hard negatives: {_change(result['hard_negatives'], '.4f')}",
    ]
    text = result["general_text"]
    if text is not None:
        budget = result["budget"]
        place = {True: "inside", False: "outside", None: ""}[result["inside_ball"]]
        ball = f", {place} the budget of {budget:g}" if place else ""
        lines += [
            f"Loss on general text: {_change(result['general_loss'], '.6f')}",
            f"Degradation: {result['degradation']:.3e}{ball}",
            f"Measured on {text['name']}: {text['tokens']} tokens, {text['touched']} touched",
        ]
    if found := result.get("edit_success"):
        lines.append(
            f"Edit success of {found['problem']}: {found['before']:.3f} -> {found['after']:.3f}, "
            f"drawdown {found['drawdown']:.4f}"
        )
    if scope := result.get("scope"):
        wrong = scope["false_positive_rate"]
        of_radii = " of the rows' radii" if scope.get("measure") == "distance" else ""
        lines.append(
            f"Gate at {scope['threshold']:g}{of_radii}: answers {_share(scope['recall'])} of the "
            f"evaluation examples, {_share(wrong['hard'])} of the hard negatives and "
            f"{_share(wrong['general'], '.3%')} of general text"
        )
    return lines


def _share(value: float | None, form: str = ".0%") -> str:
    return "-" if value is None else f"{value:{form}}"


def warnings_of(result: Mapping[str, Any]) -> list[str]:
    """Say what a person should know before relying on an edit."""
    said: list[str] = [result["scope"]["problem"]] if _fails(result) else []
    if result.get("kept_epoch") == 0:
        said.append(
            "No epoch but the untouched model is inside the budget: the edit is empty. Try a "
            "larger budget or a smaller learning rate."
        )
    if result.get("dtype") == "bfloat16" and (result["budget"] or 1.0) <= FINEST_IN_BFLOAT16:
        said.append(
            f"It was computed in bfloat16, which is too coarse to tell whether the edit is within "
            f"a budget of {result['budget']:g}. Measure it in float32."
        )
    text = result["general_text"]
    if text is not None and 0 < text["touched"] < FEW_TOUCHED:
        said.append(
            f"Only {text['touched']} tokens of the general text can be touched by the edit: the "
            "degradation says little. Give more general text."
        )
    for role, counts in result.get("tokenised", {}).items():
        said += _tokenised(_ROLES[role], counts)
    return said


_ROLES = {"canonical": "canonical", "evaluation": "evaluation", "hard_negatives": "hard negative"}


def _tokenised(role: str, counts: Mapping[str, int]) -> list[str]:
    said: list[str] = []
    if counts["cut"]:
        said.append(
            f"{counts['cut']} of {counts['examples']} {role} examples are longer than the model's "
            f"context: {counts['dropped']} tokens were cut from the left of their prefixes."
        )
    if counts["apart"]:
        said.append(
            f"In {counts['apart']} of {counts['examples']} {role} examples no token starts where "
            "the continuation does, so prefix and continuation were put into tokens one by one."
        )
    return said


FEW_TOUCHED = 1000
FINEST_IN_BFLOAT16 = 1e-5


def library_lines(edits: Sequence[EditRow]) -> list[str]:
    """List edits, a line each."""
    if not edits:
        return ["The library is empty."]
    head = ("name", "model", "success", "degradation", "created")
    return aligned([head, *(_edit_cells(edit) for edit in edits)])


def _chosen(senses: Sequence[object]) -> str:
    return f"{len(senses)} senses; " if senses else ""


def gate_lines(result: Mapping[str, Any]) -> list[str]:
    """Say which rows of memories answered in a generation, and with what scores."""
    return [
        f"{gate['name']} answered after {token['token']!r} with {token['text']!r}, "
        f"{_how_near(gate, token)}"
        for gate in result["gates"]
        for token in gate["tokens"]
        if token["answered"]
    ]


def _how_near(gate: Mapping[str, Any], token: Mapping[str, Any]) -> str:
    if gate["measure"] == "distance":
        return f"distance {token['score']:.3f} of at most {token['threshold']:.3f}"
    return f"score {token['score']:.3f}"


def prompt_cut(tokens: int) -> str:
    """Say that a prompt was too long."""
    return f"The prompt is longer than the model's context: {tokens} tokens were cut from its left."


def senses_lines(result: Mapping[str, Any]) -> list[str]:
    """List senses, three lines each; four where an edit changed them."""
    lines: list[str] = []
    for i, sense in enumerate(result["senses"]):
        lines.append(f"{sense['word']!r} sense {sense['sense']}, norm {sense['norm']:.3f}")
        lines += [f"  {way:<7}{_words(sense[way])}" for way in ("raises", "lowers")]
        if result["edited"] is not None:
            after = result["edited"][i]
            lines += [f"  edited {way:<7}{_words(after[way])}" for way in ("raises", "lowers")]
    return lines


def fact_lines(facts: Mapping[str, Any]) -> list[str]:
    """List names and values."""
    width = max(len(name) for name in facts)
    return [f"{name.ljust(width)}  {_plain(value)}" for name, value in facts.items()]


def _edit_cells(edit: EditRow) -> tuple[str, ...]:
    success = _change({"before": edit.success_before, "after": edit.success_after}, ".1%")
    degradation = "-" if edit.degradation is None else f"{edit.degradation:.2e}"
    return edit.name, edit.model, success, degradation, edit.created[:16].replace("T", " ")


def _change(values: Mapping[str, float | None], form: str) -> str:
    before, after = values["before"], values["after"]
    if before is None or after is None:
        return "not measured"
    return f"{before:{form}} -> {after:{form}}"


def _words(pairs: Sequence[Sequence[Any]]) -> str:
    return ", ".join(f"{word!r} {value:.2f}" for word, value in pairs)


def _plain(value: object) -> str:
    return "-" if value is None else str(value)
