"""The last net, on a schedule: the reconciler under holds and money, the comparison under lists and searches."""
