"""The process that writes down what was said: recognisers of speech take memory and time."""
