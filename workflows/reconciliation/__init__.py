"""The scheduled reconciler: the last net under holds and authorisations."""
