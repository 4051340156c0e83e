"""Networks of public checkpoints, written anew: each with the table of its tensors' names."""
