"""What becomes of money that is still to be paid, one workflow a reservation that owes some."""
