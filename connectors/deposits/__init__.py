"""The file systems that documents are dropped in."""
