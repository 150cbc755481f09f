"""Documents about people's money: what there is to tell, and issuing it."""
