"""How well a generated clip does what was asked: measures of sound, of the mouth that goes with it, and of pictures."""
