"""A process begins sooner when the garbage collector does not look through what is being imported."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed_imports() -> Iterator[None]:
    """What is imported inside the block stays for good: looking through it again and again takes a third of the time.

    Of what the block made, the collector never looks at anything.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
