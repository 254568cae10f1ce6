"""An attack on the whole product: real processes that are killed while documents are dropped, and a verdict that believes none of our logs."""
