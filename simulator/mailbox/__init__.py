"""A mailbox for everybody: takes all mail and sends none on, so that people see what drivers get."""
