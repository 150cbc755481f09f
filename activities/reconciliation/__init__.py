"""The last net: what a lost workflow leaves is given back, what lists show is compared with the workflows."""
