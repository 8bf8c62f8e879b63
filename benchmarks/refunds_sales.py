"""Sales for benchmarks.refunds: which leads are sold, what will be wrong with them, and the claims themselves."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from benchmarks.refunds_city import City, Row, group_by, place_of
from leadledger.acting import acting_for_account
from leadledger.auth import Caller
from leadledger.database import Database
from leadledger.pipeline.claims import claim_lead
from leadledger.pipeline.models import NewClaim

SELLERS = 8
CHICAGO = "60601"  # in no county of the metropolitan area that the accounts bought
NAMELESS = {"original_address1": "SOMEWHERE RD", "permit_location": "SOMEWHERE RD"}
NOWHERE: dict[str, str | None] = {"original_address1": None, "permit_location": None}
Member = tuple[UUID, UUID]
Happening = Callable[[], None]


class Lead(NamedTuple):
    """What can be claimed."""

    lead_id: UUID
    permit_id: UUID
    trade: str
    permit_num: str


@dataclass(slots=True)
class Sale:
    """A claim by a member, and the reason why its credits must come back; None: they must not.

    `happen` makes it so afterwards; without it the sale itself does. `earlier` is claimed before it.
    """

    member: Member
    lead: Lead
    reason: str | None = None
    happen: Happening | None = None
    earlier: Sale | None = None
    claim_id: UUID | None = None


@dataclass
class Chooser:
    """Deals leads, of a permit and of a place one at most, so that what happens to one is no other's evidence."""

    city: City
    members: list[Member]
    dice: random.Random
    leads: list[Lead] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    dealt: int = 0

    def look(self, leads: Iterable[tuple[Any, ...]]) -> None:
        """What can be claimed now, in a dealt order."""
        self.rows = self.city.rows()
        self.leads = [Lead(*one) for one in leads]
        self.dice.shuffle(self.leads)

    def take(self, count: int, fits: Callable[[Row], bool]) -> list[Lead]:
        """So many leads that fit.

        Raises:
            RuntimeError: there are not so many.
        """
        found: list[Lead] = []
        for lead in self.leads:
            row = self.rows[lead.permit_num]
            if len(found) < count and place_of(row) not in self.taken and fits(row):
                found.append(lead)
                self.taken.add(place_of(row))
        if len(found) < count:
            raise RuntimeError(f"{len(found)} leads fit, and {count} are needed; ask for fewer, or for more days")
        return found

    def take_sure(self, count: int) -> list[Lead]:
        """So many leads with which nothing is wrong."""
        return self.take(count, self.city.is_sure)

    def rest(self) -> list[Lead]:
        """Sound leads that were not dealt, of a place and trade one."""
        found: dict[tuple[str, str], Lead] = {}
        for lead in self.leads:
            row = self.rows[lead.permit_num]
            place = place_of(row)
            if place not in self.taken and self.city.is_sure(row):
                found.setdefault((lead.trade, place), lead)
        return list(found.values())

    def member(self) -> Member:
        """Whose turn it is."""
        self.dealt += 1
        return self.members[self.dealt % len(self.members)]


def hide_numbers(chooser: Chooser, count: int) -> list[Lead]:
    """So many leads of permits whose house number the city takes away before they are sold."""
    leads = chooser.take_sure(count)
    for number, lead in enumerate(leads):
        chooser.city.correct(lead.permit_num, {name: f"{text} {'X' * number}" for name, text in NAMELESS.items()})
    return leads


def plan_bad(chooser: Chooser, numberless: list[Lead], each: int, trades: dict[str, list[str]]) -> list[Sale]:
    """So many sales for each reason; `happen` is what the city does afterwards."""
    city = chooser.city

    def plan(reason: str, leads: Iterable[Lead], after: Callable[[Lead], Happening | None]) -> list[Sale]:
        return [Sale(chooser.member(), lead, reason, after(lead)) for lead in leads]

    def correct(values: Mapping[str, str | None]) -> Callable[[Lead], Happening]:
        return lambda lead: partial(city.correct, lead.permit_num, values)

    late = chooser.take(each, lambda row: city.is_sound(row) and city.is_late(row))
    lonely = chooser.take(each, lambda row: city.is_sure(row) and bool(row["original_zip"]) and city.is_named_once(row))
    return [
        *plan("no_address", numberless, lambda _: None),
        *plan("no_address", chooser.take_sure(each - len(numberless)), correct(NOWHERE)),
        *plan("late", late, lambda _: None),
        *plan("suppressed", lonely, lambda lead: partial(city.suppress, chooser.rows[lead.permit_num])),
        *plan(
            "over_before_sale", chooser.take_sure(each), lambda lead: partial(city.end, lead.permit_num, chooser.dice)
        ),
        *plan("outside_territory", chooser.take_sure(each), correct({"original_zip": CHICAGO})),
        *plan("source_corrected", chooser.take_sure(each // 2), lambda lead: partial(city.take_down, lead.permit_num)),
        *plan(
            "source_corrected", chooser.take_sure(each - each // 2), lambda lead: partial(city.move, lead.permit_num)
        ),
        *plan("wrong_trade", chooser.take_sure(each), partial(_other_work, chooser, trades)),
        *_pairs(chooser, each),
    ]


def _other_work(chooser: Chooser, trades: dict[str, list[str]], lead: Lead) -> Happening:
    """The permit was for something else: for what another is, that makes no lead of this trade."""
    others = [number for number, makes in trades.items() if lead.trade not in makes and number in chooser.rows]
    return partial(chooser.city.redo, lead.permit_num, chooser.rows[chooser.dice.choice(sorted(others))])


def _pairs(chooser: Chooser, count: int) -> list[Sale]:
    """So many times two leads of one trade at one place, of two permits, for one member."""

    def is_free(lead: Lead) -> bool:
        row = chooser.rows[lead.permit_num]
        return place_of(row) not in chooser.taken and chooser.city.is_sure(row)

    free = [{"lead": lead, "place": place_of(chooser.rows[lead.permit_num])} for lead in chooser.leads if is_free(lead)]
    sales: list[Sale] = []
    for (_, place), group in group_by(free, lambda one: (one["lead"].trade, one["place"])).items():
        if len(sales) < count and place not in chooser.taken and len(group) > 1:
            chooser.taken.add(place)
            first, second = group[0]["lead"], group[1]["lead"]
            member = chooser.member()
            sales.append(Sale(member, second, "duplicate", earlier=Sale(member, first)))
    if len(sales) < count:
        raise RuntimeError(f"{len(sales)} pairs of leads at one place, and {count} are needed; ask for more days")
    return sales


def sell(api_url: str, sales: Iterable[Sale]) -> None:
    """Claim them, several at a time, each as a member does."""
    api = Database(api_url, size=SELLERS)

    def one(sale: Sale) -> None:
        account_id, user_id = sale.member
        claims = {"sub": str(user_id), "role": "authenticated", "aud": "authenticated"}
        with acting_for_account(api, Caller(user_id, claims, account_id), "member") as acting:
            claim, _ = claim_lead(acting, NewClaim(lead_id=sale.lead.lead_id))
        sale.claim_id = UUID(str(claim["claim_id"]))

    api.open()
    try:
        with ThreadPoolExecutor(SELLERS) as pool:
            for done in pool.map(one, sales):
                assert done is None
    finally:
        api.close()
