"""What the judges of the model in the box measure: pictures here, sound beside it."""
