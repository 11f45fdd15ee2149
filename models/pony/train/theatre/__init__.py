"""The paper-cut theatre: scenes, their prompts and their pictures, drawn by code for training the model in the box."""
