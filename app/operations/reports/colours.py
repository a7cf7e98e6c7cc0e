"""The colours of a report's bars and lines."""

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999")
"""Apart for colour-blind eyes as well."""
