"""The browser's side: translate, never decide."""
