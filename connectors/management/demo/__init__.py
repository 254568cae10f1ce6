"""The demonstration firm, and the documents that its clients drop. Nobody in it exists."""
