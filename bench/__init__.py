"""What measures Slotkeeper: ratios taken side by side in one run. `python -m bench --help` tells how."""
