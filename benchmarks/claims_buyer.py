"""One buyer's process: does things with leads and credits until it is told to end, or killed.

    python -m benchmarks.claims_buyer API_URL OWNER_URL NUMBER OPERATIONS SEED

What buyers do goes the product's own way, as `leadledger_api` with a member's claims; what the service does (purchases,
grants, refunds, corrections) goes through the functions that its worker asks. Before each gift of credits the process
writes down what it is about to give, so that afterwards somebody can say what may be there and what must not.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from leadledger.acting import Acting, acting_for_account
from leadledger.auth import Caller
from leadledger.database import Database
from leadledger.errors import AppError
from leadledger.pipeline.claims import claim_lead, release_claim
from leadledger.pipeline.models import NewClaim
from permit_leads.store import db
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("claims.sql"))
BUSY = "busy"  # the database gave up one of two that waited for each other; counted, never expected


class Buyer:
    """Acts for any of the accounts."""

    def __init__(self, api: Database, service: psycopg.Connection[Any], number: int, seed: int) -> None:
        self.api, self.service, self.number = api, service, number
        self.dice = random.Random(seed)
        self.members: list[tuple[UUID, UUID]] = service.execute(QUERIES["members"]).fetchall()
        self.leads: list[UUID] = [lead_id for (lead_id,) in service.execute(QUERIES["leads"])]
        self.counts: Counter[str] = Counter()
        self.given = 0

    def do(self) -> None:
        """One thing, dealt."""
        kinds: list[tuple[Callable[[], object], int]] = [
            (lambda: self.claim(is_exclusive=False), 45),
            (lambda: self.claim(is_exclusive=True), 10),
            (self.give_back, 20),
            (lambda: self.give("purchase"), 8),
            (lambda: self.give("subscription_grant"), 5),
            (self.refund, 7),
            (self.take, 5),
        ]
        (kind,) = self.dice.choices([one for one, _ in kinds], [weight for _, weight in kinds])
        try:
            kind()
        except AppError as refused:
            self.counts[refused.code] += 1
        except psycopg.errors.DeadlockDetected:
            self.counts[BUSY] += 1

    def claim(self, *, is_exclusive: bool) -> None:
        """Some lead for some account."""
        account_id, user_id = self.dice.choice(self.members)
        with self.acting(account_id, user_id) as acting:
            _, is_new = claim_lead(acting, NewClaim(lead_id=self.dice.choice(self.leads), is_exclusive=is_exclusive))
        self.counts["claimed" if is_new else "held"] += 1

    def give_back(self) -> None:
        """The newest claim of some account."""
        account_id, user_id = self.dice.choice(self.members)
        with self.acting(account_id, user_id) as acting:
            newest = acting.conn.execute(QUERIES["newest_claim"], {"account_id": account_id}).fetchone()
            if newest is not None:
                release_claim(acting, newest[0])
                self.counts["given back"] += 1

    def acting(self, account_id: UUID, user_id: UUID) -> Any:
        """A request of this member."""
        claims = {"sub": str(user_id), "role": "authenticated", "aud": "authenticated"}
        return acting_for_account(self.api, Caller(user_id, claims, account_id), "member")

    def give(self, reason: str) -> None:
        """Credits that come, written down first; the same key twice, as a webhook that comes again."""
        self.given += 1
        account_id, amount = self.dice.choice(self.members)[0], self.dice.randint(1, 20)
        key = f"{reason}:{self.number}:{self.given}"
        print("give", key, account_id, amount, flush=True)
        for _ in range(2):
            values = {"account_id": account_id, "amount": amount, "reason": reason, "key": key}
            self.service.execute(QUERIES["give"], values)
        print("gave", key, flush=True)
        self.counts[reason] += 1

    def refund(self) -> None:
        """The credits of some claim, as by evidence."""
        account_id = self.dice.choice(self.members)[0]
        made = self.service.execute(QUERIES["refund"], {"account_id": account_id}).fetchone()
        self.counts["refunded" if made and made[0] else "refunded before"] += 1

    def take(self) -> None:
        """Some credits, as the refund of a purchase would."""
        self.given += 1
        account_id = self.dice.choice(self.members)[0]
        values = {
            "account_id": account_id,
            "amount": self.dice.randint(1, 10),
            "key": f"take:{self.number}:{self.given}",
        }
        self.service.execute(QUERIES["take"], values)
        self.counts["taken"] += 1


def main(arguments: list[str]) -> int:
    """Do so many things; what was done is the last line."""
    api_url, owner_url, number, operations, seed = arguments
    api = Database(api_url, size=1)
    api.open()
    try:
        with closing(db.connect(owner_url)) as service:
            service.autocommit = True
            buyer = Buyer(api, service, int(number), int(seed))
            for done in range(int(operations)):
                buyer.do()
                print("did", done, flush=True)
            print("counts", dict(buyer.counts), flush=True)
    finally:
        api.close()
    return 0


def claim_once(acting: Acting, lead_id: UUID) -> None:
    """A claim beside others."""
    claim_lead(acting, NewClaim(lead_id=lead_id))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
