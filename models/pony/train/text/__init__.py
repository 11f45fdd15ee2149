"""The text encoder of the model in the box and its tokenizer."""
