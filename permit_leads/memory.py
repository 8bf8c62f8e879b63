"""What fetching may know of earlier runs: the record of their pages, and the archive that still has the bytes."""

from __future__ import annotations

from contextlib import closing

from permit_leads.archive import Archive, ArchiveCorrupt
from permit_leads.page import KnownPage
from permit_leads.store import db
from permit_leads.store.known_pages import known_page


class PageMemory:
    """Looks up pages by dataset and address; safe to use from the thread that fetches."""

    def __init__(self, url: str, archive: Archive) -> None:
        self._url = url
        self._archive = archive

    def known(self, dataset_id: str, url: str) -> KnownPage | None:
        """The newest page of that address whose rows were stored."""
        with closing(db.connect(self._url)) as conn:
            return known_page(conn, dataset_id, url)

    def body(self, page_sha256: str) -> bytes | None:
        """Its bytes; None when the archive lacks them or they are not what they were, so that the file is asked for."""
        try:
            return self._archive.read_body(page_sha256)
        except ArchiveCorrupt:
            return None
