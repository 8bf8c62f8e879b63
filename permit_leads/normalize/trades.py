"""Which trades a permit is for, and which usually follow it: the publisher's own labels first, then the words.

Pure and columnar: a frame of permits in, a frame of (permit, trade) out. The words and the reasoning behind them
are in trades.toml; how a text is read is in lexicon.py.
"""

from __future__ import annotations

import polars as pl

from permit_leads.normalize.lexicon import (
    DWELLING,
    IS_NEW,
    MENTIONED,
    NO_TRADE,
    NOTHING,
    STRUCTURE,
    Lexicon,
    Phrases,
    load_lexicon,
)
from permit_leads.permit import PERMIT_KEY
from permit_leads.registry import Dataset

TRADE_LABEL = "trade_label"
DIRECT = "direct"
ADJACENT = "adjacent"
TRADES_SCHEMA: dict[str, pl.DataType] = {
    PERMIT_KEY: pl.String(),
    "trade": pl.String(),
    "kind": pl.String(),
    "evidence": pl.String(),
}
# The columns in which publishers name the kind of permit; few distinct words.
TYPE_COLUMNS = ("permit_type_desc", "permit_type", "permit_class", "work_class")
# Of these, a class often names the use of the building (repair garage, day spa), not the work.
SPOKEN_TYPE_COLUMNS = ("permit_type_desc", "permit_type", "work_class")
# A text this short names its subject and nothing else ("WINDOWS", "REAR DOOR"): a bare part counts as the work.
_SHORT_TEXT = 40


def trade_labels() -> dict[str, str]:
    """Trade id -> its name for people, in the order of trades.toml."""
    return {trade_id: trade.label for trade_id, trade in load_lexicon().file.trades.items()}


def classify(dataset: Dataset, permits: pl.DataFrame, labels: pl.Series | None = None) -> pl.DataFrame:
    """One row per permit and trade: permit_key, trade, kind (direct or adjacent), evidence; permits keep their order.

    `labels` are the publisher's own trade labels, row by row; without them the column trade_label is used if present.
    The evidence is what decided, for people: `label: EP`, `words: replace roof`, `type: sign`, `follows: pool`.
    A permit that names no trade has no row.
    """
    lexicon = load_lexicon()
    rows = _readable(permits, labels)
    labelled = _label_hits(dataset, rows)
    words, spoken, types = _text_hits(rows, lexicon)
    direct = pl.concat(
        [
            _own_labels(labelled, types, lexicon),
            _specialties(labelled, pl.concat([words, types]), lexicon),
            _by_words(rows.join(labelled, on="row", how="anti"), words, types, spoken, lexicon),
        ]
    ).unique(["row", "trade"], keep="first", maintain_order=True)
    decided = _absorb(direct, lexicon)
    adjacent = _limit_adjacent(_followers(decided, rows, lexicon), lexicon.file.adjacent_limit)
    found = pl.concat([decided, adjacent]).sort("row", maintain_order=True)
    return found.join(rows.select("row", PERMIT_KEY), on="row", maintain_order="left").select(*TRADES_SCHEMA)


def _readable(permits: pl.DataFrame, labels: pl.Series | None) -> pl.DataFrame:
    """row, permit_key, label, the text that describes the work, the text that names its type, and is_new."""
    if labels is None and TRADE_LABEL in permits.columns:
        labels = permits[TRADE_LABEL]
    label = pl.lit(None, pl.String) if labels is None else pl.lit(labels).str.strip_chars()
    return permits.with_row_index("row").select(
        "row",
        PERMIT_KEY,
        label=label,
        free_text=pl.coalesce("description", _project_name()),
        type_text=pl.concat_str(*TYPE_COLUMNS, separator=" | ", ignore_nulls=True),
        spoken_type=pl.concat_str(*SPOKEN_TYPE_COLUMNS, separator=" | ", ignore_nulls=True),
        is_new=pl.col("work_class_mapped").eq_missing("New"),
        is_commercial=pl.col("permit_class_mapped").eq_missing("Commercial"),
    )


def _project_name() -> pl.Expr:
    """The name of the project, unless the publisher puts the address there: streets are called Pool and Fence, too."""
    name = pl.col("project_name")
    return pl.when(name.ne_missing(pl.col("original_address1"))).then(name)


def _label_hits(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """(row, trade, evidence) from the publisher's label; a label that stands for no trade leaves it to the words."""
    pairs = [] if dataset.trades is None else [(k, v) for k, vs in dataset.trades.values.items() for v in vs]
    meanings = pl.DataFrame(pairs, schema={"label": pl.String, "trade": pl.String}, orient="row")
    hits = rows.select("row", "label").join(meanings, on="label", maintain_order="left")
    return hits.select("row", "trade", evidence=pl.lit("label: ") + pl.col("label"))


def _text_hits(rows: pl.DataFrame, lexicon: Lexicon) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(row, meaning, phrase, evidence) from the descriptions, from the types read as if they were one, and as types."""
    columns = ("free_text", "spoken_type", "type_text")
    texts = pl.concat(rows.select(text=column) for column in columns).unique(maintain_order=True).drop_nulls()
    texts = texts.with_row_index("text_id")  # each distinct text is read once
    read = lexicon.denials.strip(texts.select("text_id", text=lexicon.wording.canonical(pl.col("text"))))
    type_ids = texts.join(rows, left_on="text", right_on="type_text", how="semi").select("text_id")
    as_words = _mentions_settled(_hits(read, lexicon.texts), read, lexicon)
    as_types = _hits(read.join(type_ids, on="text_id", how="semi"), lexicon.types, overlapping=True)
    return (
        _placed(rows, "free_text", texts, as_words, "words: "),
        _placed(rows, "spoken_type", texts, as_words, "type: "),
        _placed(rows, "type_text", texts, as_types, "type: "),
    )


def _placed(rows: pl.DataFrame, column: str, texts: pl.DataFrame, hits: pl.DataFrame, source: str) -> pl.DataFrame:
    """The hits of distinct texts at every row that has the text."""
    places = rows.select("row", text=column).join(texts, on="text", maintain_order="left")
    return places.join(hits, on="text_id", maintain_order="left_right").select(
        "row", "meaning", "phrase", evidence=pl.lit(source) + pl.col("phrase")
    )


def _hits(texts: pl.DataFrame, phrases: Phrases, *, overlapping: bool = False) -> pl.DataFrame:
    """(text_id, meaning, phrase) of every phrase that stands for something, in the order of the text."""
    found = pl.col("text").str.extract_many(
        phrases.patterns.implode(), overlapping=overlapping, leftmost=not overlapping
    )
    hits = texts.select("text_id", phrase=found).explode("phrase", empty_as_null=False, keep_nulls=False)
    meaning = pl.col("phrase").replace_strict(phrases.patterns, phrases.meanings, return_dtype=pl.String)
    phrase = pl.col("phrase").str.strip_chars().str.replace_all("  ", " ", literal=True)
    return hits.select("text_id", meaning=meaning, phrase=phrase).filter(pl.col("meaning") != NOTHING)


def _mentions_settled(hits: pl.DataFrame, texts: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Bare parts ("windows") count in a very short text, or beside a part at work ("replace doors, windows")."""
    short = texts.filter(pl.col("text").str.len_chars() <= _SHORT_TEXT).select("text_id")
    at_work = hits.filter(pl.col("phrase").is_in(lexicon.parts_at_work)).select("text_id")
    counting = pl.concat([short, at_work])["text_id"].unique()
    is_mention = pl.col("meaning").str.starts_with(MENTIONED)
    return hits.filter(~is_mention | pl.col("text_id").is_in(counting.implode())).with_columns(
        pl.col("meaning").str.strip_prefix(MENTIONED)
    )


def _own_labels(labelled: pl.DataFrame, types: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """The publisher's labels, without those that the type columns overrule (a sign filed as electrical work)."""
    overruled = types.join(lexicon.pairs["replaces"], left_on="meaning", right_on="trade")
    return labelled.join(
        overruled, left_on=["row", "trade"], right_on=["row", "other"], how="anti", maintain_order="left"
    )


def _specialties(labelled: pl.DataFrame, hits: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """What a labelled permit names as its own beside the label: solar on an electrical permit, never its kitchen."""
    pairs = lexicon.pairs["specialties"]
    allowed = labelled.select("row", "trade").join(pairs, on="trade").select("row", "other")
    return (
        hits.filter(pl.col("meaning").is_in(pairs["other"].unique().implode()))
        .join(allowed, left_on=["row", "meaning"], right_on=["row", "other"], how="semi", maintain_order="left")
        .select("row", trade="meaning", evidence="evidence")
    )


def _by_words(
    rows: pl.DataFrame, words: pl.DataFrame, types: pl.DataFrame, spoken: pl.DataFrame, lexicon: Lexicon
) -> pl.DataFrame:
    """Permits without a trade label: the description, then the type columns where they say more (`spoken`: last)."""
    rows = rows.join(types.filter(pl.col("meaning") == NO_TRADE), on="row", how="anti", maintain_order="left")
    words, types = (hits.join(rows, on="row", how="semi", maintain_order="left") for hits in (words, types))
    deciding = types.filter(pl.col("meaning").is_in(_trades_where(lexicon, "types_decide")))
    words = words.join(deciding, on="row", how="anti", maintain_order="left")
    is_trade = pl.col("meaning").is_in(list(lexicon.file.trades))
    is_general = pl.col("meaning").is_in(_trades_where(lexicon, "is_general"))
    specific = types.filter(is_trade & ~is_general)
    said = pl.concat([_new_homes(rows, words, types, lexicon), words.filter(is_trade), specific])
    settled = pl.concat([said, words.filter(pl.col("phrase").is_in(lexicon.structures))])
    silent = rows.join(settled, on="row", how="anti", maintain_order="left")
    general = types.filter(is_general).join(silent, on="row", how="semi", maintain_order="left")
    spoken = spoken.filter(is_trade & ~is_general).join(silent, on="row", how="semi", maintain_order="left")
    return pl.concat([said, spoken, general]).select("row", trade="meaning", evidence="evidence")


def _trades_where(lexicon: Lexicon, trait: str) -> list[str]:
    return [trade_id for trade_id, trade in lexicon.file.trades.items() if getattr(trade, trait)]


def _new_homes(rows: pl.DataFrame, words: pl.DataFrame, types: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """New construction whose text, or whose type when the text names no other work, is a dwelling."""
    new = pl.concat([rows.filter("is_new").select("row"), types.filter(pl.col("meaning") == IS_NEW).select("row")])
    other = pl.concat([words, types]).filter(pl.col("phrase").is_in(lexicon.structures)).select("row")
    absorbed = [*lexicon.file.trades["new_home"].absorbs, "new_home", DWELLING, STRUCTURE]
    own_work = pl.concat([other, words.filter(~pl.col("meaning").is_in(absorbed)).select("row")])
    said = words.filter(pl.col("meaning") == DWELLING).join(other, on="row", how="anti", maintain_order="left")
    typed = types.filter(pl.col("meaning") == DWELLING).join(own_work, on="row", how="anti", maintain_order="left")
    homes = pl.concat([said, typed]).join(new, on="row", how="semi", maintain_order="left")
    return homes.with_columns(meaning=pl.lit("new_home"))


def _absorb(direct: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Without the parts of a larger trade named on the same permit: the roof of a new home is the builder's."""
    parts = direct.select("row", "trade").join(lexicon.pairs["absorbs"], on="trade").select("row", trade="other")
    return direct.join(parts, on=["row", "trade"], how="anti", maintain_order="left").select(
        "row", "trade", pl.lit(DIRECT).alias("kind"), "evidence"
    )


def _followers(direct: pl.DataFrame, rows: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Trades usually bought after or beside the direct ones and not among them."""
    at = direct.join(rows.select("row", "is_commercial"), on="row", maintain_order="left")
    follows = pl.concat(
        [
            at.filter(~pl.col("is_commercial")).join(lexicon.pairs["follows"], on="trade", maintain_order="left"),
            at.filter("is_commercial").join(_commercial_pairs(lexicon), on="trade", maintain_order="left"),
        ]
    )
    new = follows.join(direct, left_on=["row", "other"], right_on=["row", "trade"], how="anti", maintain_order="left")
    return (
        new.sort("place", maintain_order=True)
        .unique(["row", "other"], keep="first", maintain_order=True)
        .select("row", trade="other", kind=pl.lit(ADJACENT), evidence=pl.lit("follows: ") + pl.col("trade"))
    )


def _commercial_pairs(lexicon: Lexicon) -> pl.DataFrame:
    own = [trade_id for trade_id, trade in lexicon.file.trades.items() if trade.follows_commercial is not None]
    general = lexicon.pairs["follows"].filter(~pl.col("trade").is_in(own))
    return pl.concat([general, lexicon.pairs["follows_commercial"]])


def _limit_adjacent(adjacent: pl.DataFrame, limit: int) -> pl.DataFrame:
    """The first few adjacent trades of each permit."""
    return adjacent.group_by("row", maintain_order=True).head(limit).select(adjacent.columns)
