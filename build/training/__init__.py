"""Teaching: samples from published data sets, mixed and rid of test clips, for the two stages of training."""
