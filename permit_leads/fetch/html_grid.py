"""The tables of a HTML page as grids of cells: text, and where the cell leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

SECTIONS = ("thead", "tbody", "tfoot")
MAX_SPAN = 1000  # a browser's own bound


@dataclass(frozen=True, slots=True)
class HtmlCell:
    """What a cell says in one line, and the first address it links."""

    text: str | None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class HtmlRow:
    """Cells by column. A banner is one cell across several columns: a title, a pager, "no records found"."""

    cells: list[HtmlCell]
    is_banner: bool
    css_class: str

    @property
    def texts(self) -> list[str | None]:
        """What the cells say."""
        return [cell.text for cell in self.cells]


def parse_html(text: str) -> LexborHTMLParser:
    """The page as a browser would understand it."""
    return LexborHTMLParser(text)


def tables_of(page: LexborHTMLParser | LexborNode, base: str) -> list[list[HtmlRow]]:
    """Every table of the page in page order; the rows of a table inside a cell belong to that table only.

    A cell that spans columns is followed by blank ones, one that spans rows is repeated below itself.
    """
    return [rows_of(table, base) for table in page.css("table")]


def rows_of(table: LexborNode, base: str) -> list[HtmlRow]:
    """The table's own rows."""
    carried: dict[int, tuple[int, HtmlCell]] = {}
    return [_row(row, carried, base) for row in _own_rows(table)]


def one_line(text: str) -> str | None:
    """The text with each run of spaces and line breaks made one space; None when nothing is left."""
    return " ".join(text.split()) or None


def _own_rows(table: LexborNode) -> Iterator[LexborNode]:
    for section in table.iter():
        if section.tag in SECTIONS:
            yield from (row for row in section.iter() if row.tag == "tr")
        elif section.tag == "tr":
            yield section


def _row(row: LexborNode, carried: dict[int, tuple[int, HtmlCell]], base: str) -> HtmlRow:
    """One row; `carried` holds for each column the cell that still reaches down into it, and for how many rows."""
    nodes = [node for node in row.iter() if node.tag in ("td", "th")]
    waiting = {at: cell for at, (left, cell) in carried.items() if left > 0}
    for at in waiting:
        carried[at] = (carried[at][0] - 1, carried[at][1])
    cells: list[HtmlCell] = []
    for node in nodes:
        _fill(cells, waiting)
        cell = HtmlCell(_text(node), _link(node, base))
        start, width, depth = len(cells), _span(node, "colspan"), _span(node, "rowspan")
        cells += [cell, *[HtmlCell(None)] * (width - 1)]
        if depth > 1:
            carried.update({start + at: (depth - 1, cells[start + at]) for at in range(width)})
    _fill(cells, waiting)
    is_banner = len(nodes) == 1 and _span(nodes[0], "colspan") > 1
    return HtmlRow(cells, is_banner, row.attributes.get("class") or "")


def _fill(cells: list[HtmlCell], waiting: dict[int, HtmlCell]) -> None:
    """Put the cells from above in their places, as far as the row has come."""
    while len(cells) in waiting:
        cells.append(waiting.pop(len(cells)))


def _span(node: LexborNode, name: str) -> int:
    written = (node.attributes.get(name) or "").strip()
    return min(max(int(written), 1), MAX_SPAN) if written.isdigit() else 1


def _text(node: LexborNode) -> str | None:
    """The words between the tags. A line break parts words; what a script or a style says is no word."""
    return one_line(_words(node))


def _words(node: LexborNode) -> str:
    if node.tag in ("script", "style"):
        return ""
    if node.is_text_node:
        return node.text_content or ""
    parts = "".join(_words(child) for child in node.iter(include_text=True))
    return parts if node.tag in ("a", "b", "i", "em", "strong", "span", "font", "u", "small") else f" {parts} "


def _link(node: LexborNode, base: str) -> str | None:
    """The first http(s) address that the cell links; scripts and anchors are none."""
    for anchor in node.css("a[href]"):
        href = (anchor.attributes.get("href") or "").strip()
        if href and not href.startswith("#"):
            target = urljoin(base, href)
            if urlsplit(target).scheme in ("http", "https"):
                return target
    return None
