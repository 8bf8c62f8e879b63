"""What can go wrong between a publisher and the store, in the words an operator needs."""

from __future__ import annotations


class PermitLeadsError(Exception):
    """Anything this package raises on purpose."""


class UsageError(PermitLeadsError):
    """The command line asks for something that cannot be; nothing was fetched or written (exit 2)."""


class RegistryError(PermitLeadsError):
    """A source file is not what the registry accepts; names file, key and the nearest right name (exit 2)."""


class DatabaseUnavailable(PermitLeadsError):
    """The database cannot be reached or is not migrated (exit 3)."""


class SourceError(PermitLeadsError):
    """One dataset cannot be brought in; the others go on."""

    def __init__(self, dataset_id: str, reason: str) -> None:
        super().__init__(f"{dataset_id}: {reason}")
        self.dataset_id = dataset_id
        self.reason = reason


class SourceUnavailable(SourceError):
    """The publisher is down, slow or throttling; the same request may go through later."""


class SourceRefused(SourceError):
    """robots.txt, 401, 403 or a login wall: we stop and never evade."""


class SourceChanged(SourceError):
    """A column is gone, a page is not what it was, rows are missing: a person must look."""


class BatchHeld(SourceChanged):
    """The batch came whole and cannot be trusted: it is kept, and an operator decides. `codes` are of the findings."""

    def __init__(self, dataset_id: str, reason: str, codes: tuple[str, ...]) -> None:
        super().__init__(dataset_id, f"held back: {reason}")
        self.codes = codes


class BadValue(ValueError):
    """One published value that cannot be what its field says; becomes a row of the rejections frame."""
