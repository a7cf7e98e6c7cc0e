"""The library on disk: edit folders, their index, example sets. The row is the commit."""
