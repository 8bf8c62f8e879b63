"""How this process asks for memory and looks for garbage: pages come and go, in megabytes, hundreds of times a run."""

from __future__ import annotations

import ctypes
import gc

# Of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGEST_MMAP_THRESHOLD = 32 * 1024 * 1024
_KEPT_BYTES = 128 * 1024 * 1024


def keep_freed_pages() -> bool:
    """Keep freed buffers for the next page instead of giving them back, in one heap for all threads.

    By default every buffer above some hundred kilobytes is mapped, cleared by the kernel and unmapped again, and each
    thread keeps a heap of its own. Call it before the first thread starts. False where the C library is not glibc:
    nothing is changed then.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    settings = {
        _M_MMAP_THRESHOLD: _LARGEST_MMAP_THRESHOLD,
        _M_TRIM_THRESHOLD: _KEPT_BYTES,
        _M_ARENA_MAX: 1,
    }
    answers = [mallopt(name, value) for name, value in settings.items()]
    return all(answer == 1 for answer in answers)


def forget_imports() -> None:
    """Take what the imports made out of every later garbage collection: none of it is ever freed.

    A page makes some ten thousand objects of expressions, so old ones are looked through again and again. Call it when
    everything is imported.
    """
    gc.collect()
    gc.freeze()
