"""What teaches how likely a careful reader lists a category: figures of labelled changes, and the learning itself."""
