"""What happens around the steps of a training: batches, checks, checkpoints, decay of the rate."""
