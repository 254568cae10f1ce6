"""What an administrator does."""
