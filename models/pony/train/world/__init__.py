"""The puppet world: prompts, drawings, speech and background sound of the training clips."""
