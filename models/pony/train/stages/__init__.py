"""The stages that make the next weights: 256 pixels, speech in seven languages, 8 steps without guidance. See ../RECIPE.md."""
