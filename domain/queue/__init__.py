"""The waiting list of a site: who is asked first when something becomes free, and for how long it is kept for them."""
