"""The ETL: from the bytes that publishers send to permits, versions and scored leads."""

import os

# Polars makes its threads when it is first imported, one a core. Pages are fetched, read, worked on and stored in
# threads of ours, beside the database: with half of the cores for Polars a first load on two of them is a tenth faster.
os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 1) // 2)))
