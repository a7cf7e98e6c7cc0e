"""How the bundled starter model is made: text, tokenizer, training, model card."""
