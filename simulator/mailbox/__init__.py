"""A mailbox for everybody: takes all mail, texts and calls, and sends none on, so that people see what drivers get."""
