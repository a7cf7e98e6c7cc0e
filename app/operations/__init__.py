"""The program's verbs: plain values in, plain values out, progress on the way; for both faces."""
