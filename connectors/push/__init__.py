"""What happens to a document."""
