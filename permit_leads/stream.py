"""Work on the next page while the last one is still being stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Element = TypeVar("Element")


def stay() -> None:
    """Nothing needs to be woken."""


def prefetch(
    source: Iterator[Element], depth: int, wake: Callable[[], None] = stay, *, meanwhile: Callable[[], None] = stay
) -> Generator[Element, None, None]:
    """The elements of `source` in order, made by a thread that runs at most `depth` elements ahead.

    An error of `source` is raised where its element would have come. Close the iterator to stop the thread. When the
    process is told to end while it waits here, `wake` is called before the thread is waited for. `meanwhile` is called
    once, while the first element is made.
    """
    end = object()
    pool = ThreadPoolExecutor(1, thread_name_prefix="prefetch")
    try:
        ahead = deque(pool.submit(_next_or, source, end) for _ in range(depth))
        meanwhile()
        while (element := ahead.popleft().result()) is not end:
            ahead.append(pool.submit(_next_or, source, end))
            yield element  # type: ignore[misc]  # anything but `end` came out of source
            del element  # whoever took it may let it go while the next one is waited for
    except (KeyboardInterrupt, SystemExit):
        wake()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _next_or(source: Iterator[Element], end: object) -> Element | object:
    return next(source, end)
