"""How fast and small we are beside PyTorch and llama.cpp's own tools, measured in one run."""
