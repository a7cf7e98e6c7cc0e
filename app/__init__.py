"""The program around the engine: its window, its command line and the jobs between them."""
