"""The models there are: found, added, looked into, checked and removed."""
