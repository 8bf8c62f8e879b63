"""The ETL: from the bytes that publishers send to permits, versions and scored leads."""

import os

# Polars makes its threads when it is first imported, one a core. Pages are fetched, read, worked on and stored in
# threads of ours, beside the database: with half of the cores for Polars a first load on two of them is a tenth faster.
os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 1) // 2)))

# Its allocator gives a freed buffer back at once, and the next page has the kernel clear the same memory again. Buffers
# that wait ten seconds are used again, page after page: a quarter of the page faults, 0.5 of 8 CPU seconds less for
# 200,000 rows, 15 MB more (2026-11-28).
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:0")
