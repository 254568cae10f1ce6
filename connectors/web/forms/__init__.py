"""What may be typed, and the words in which it is refused."""
