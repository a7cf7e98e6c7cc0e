"""Item models over plain lists of frozen values."""
