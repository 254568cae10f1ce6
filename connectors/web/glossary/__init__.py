"""The words of the product, each explained once: what the glossary shows, and where every « ? » leads."""
