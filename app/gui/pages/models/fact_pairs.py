"""What is known of a model, as names and values."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.gui.tables import figures
from app.gui.tables.model_standing import ModelRow

translate = QCoreApplication.translate
Pairs = list[tuple[str, str]]


def fact_pairs(row: ModelRow) -> Pairs:
    """List everything that is known of a model."""
    origin = [
        (translate("models", "From"), _kind(row.kind)),
        (translate("models", "Source"), row.source),
    ]
    return [*origin, *(_of_facts(row.facts) if row.is_known else [])]


def summary(row: ModelRow) -> str:
    """Say the most important of it in a line."""
    facts = row.facts
    if not row.is_known:
        return _kind(row.kind)
    parts = (
        facts["architecture"],
        translate("models", "{:,} parameters").format(facts["parameters"]),
        facts["dtype"],
        figures.size(facts["size"]),
    )
    return " · ".join(map(str, parts))


def _of_facts(facts: Mapping[str, Any]) -> Pairs:
    senses = facts["senses"]
    rows = facts["rows"]
    words = translate("models", "{words:,} words in {rows:,} rows")
    held = translate("models", "{needed} in float32 ({free} free)")
    needed, free = figures.size(facts["memory"]), figures.size(facts["memory_free"])
    told = [
        (translate("models", "Folder"), facts["folder"]),
        (translate("models", "Architecture"), f"{facts['architecture']} ({facts['family']})"),
        (translate("models", "Layers"), f"{facts['layers']}"),
        (translate("models", "Parameters"), f"{facts['parameters']:,}"),
        (translate("models", "Senses of a word"), f"{senses}" if senses else figures.NOTHING),
        (translate("models", "Context"), _tokens(facts["context"])),
        (translate("models", "Vocabulary"), words.format(words=facts["vocabulary"], rows=rows)),
        (translate("models", "Tokenizer"), facts["tokenizer"]),
        (translate("models", "Stored as"), facts["dtype"]),
        (translate("models", "Size on disk"), figures.size(facts["size"])),
        (translate("models", "Memory of its weights"), held.format(needed=needed, free=free)),
    ]
    return [*told, *_of_check(facts.get("checked"))]


def _of_check(checked: Mapping[str, Any] | None) -> Pairs:
    if checked is None:
        never = translate("models", "never; Check reads every byte")
        return [(translate("models", "Checked"), never)]
    since = "" if checked["is_current"] else translate("models", "; its files changed since")
    fingerprint = checked["fingerprint"] or translate("models", "not known: it was not loaded")
    return [
        (translate("models", "Checked"), figures.date(checked["time"]) + since),
        (translate("models", "Fingerprint"), fingerprint),
        (translate("models", "SHA-256 of its files"), checked["checksum"]),
    ]


def _tokens(count: int) -> str:
    return translate("models", "{:,} tokens").format(count)


def _kind(kind: str) -> str:
    return {
        "bundled": translate("models", "Comes with Exemplar"),
        "folder": translate("models", "A folder, which stays where it is"),
        "hub": translate("models", "The hub; it is kept in the hub's cache"),
        "base": translate("models", "Edits were made for it; it is on no list"),
    }[kind]
