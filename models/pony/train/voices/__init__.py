"""What the model hears while it learns: spoken lines in seven languages, mouths that fit them, and background sounds."""
