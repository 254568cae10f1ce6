"""Whether ledger, disk and partner agree: reconcile, and verify the archives."""
