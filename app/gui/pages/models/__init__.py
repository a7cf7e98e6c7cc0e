"""The page of models: which there are, what can be done with each, adding and removing them."""
