"""What a process needs before it is of use: checked, named with the command that mends it, waited for."""
