"""Callbacks that watch a training: progress, history, films, TensorBoard."""
