"""What methods are called in the window, which knows the engine by its messages alone."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

NAMES = {
    "sense-finetuning": QT_TRANSLATE_NOOP("methods", "Sense finetuning"),
    "full-finetuning": QT_TRANSLATE_NOOP("methods", "Full finetuning"),
    "lora": QT_TRANSLATE_NOOP("methods", "LoRA"),
    "logit-ensemble": QT_TRANSLATE_NOOP("methods", "Ensemble"),
    "memit": QT_TRANSLATE_NOOP("methods", "MEMIT"),
    "rome": QT_TRANSLATE_NOOP("methods", "ROME"),
    "alphaedit": QT_TRANSLATE_NOOP("methods", "AlphaEdit"),
    "serac": QT_TRANSLATE_NOOP("methods", "Memory (SERAC)"),
    "grace": QT_TRANSLATE_NOOP("methods", "Codebook (GRACE)"),
}


def method_name(method: str) -> str:
    """Name a method in the language of the window; one that is not known as it is written."""
    name = NAMES.get(method)
    return method if name is None else QCoreApplication.translate("methods", str(name))
