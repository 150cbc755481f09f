"""What is told to people, as codes with typed parameters, from closed lists. Sentences are made where they are read."""
