"""The single-stream transformer of the model in the box: network, training, sampling, export."""
