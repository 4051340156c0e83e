"""One module for each test set: how it is read, what is asked, and how an answer becomes a prediction."""
