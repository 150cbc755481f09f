"""How somebody shows that an address is theirs: by a code that is sent there and nowhere else.

A code is random (40 bits), lasts for minutes, may be tried a few times, and is known here by its digest only.
"""

from datetime import timedelta

from domain.terms.invitations import ALPHABET

CODE_ALPHABET = ALPHABET
CODE_LENGTH = 8
CODE_LASTS = timedelta(minutes=15)
