"""The bodies of the walk are right: whoever may write is not refused for how they are written."""

from __future__ import annotations

from tests.integration.api.walk.bodies import BODIES
from tests.integration.api.walk.seeding import Seeded
from tests.integration.api.walk.test_walk_routes import OPERATIONS, ask

# A right body, refused for what it would do.
REFUSED = {
    "accept_invitation": 404,  # nobody was invited with this token
    "request_refund": 409,  # its credits are back already
    "buy_exclusive_zip": 422,  # no lead was ever published there
    "choose_metro": 422,  # the plan is for more than one
    "open_checkout": 409,  # no payments are set up here
    "change_member": 409,  # the last owner stays
}


def test_owner_of_account_a_may_write_what_the_walk_writes(seeded: Seeded) -> None:
    answers = {name: ask(seeded.host, name, seeded) for name in OPERATIONS if name in BODIES}
    refused = {name: answer.text for name, answer in answers.items() if answer.status_code >= 400}
    assert set(refused) == set(REFUSED), refused
    assert {name: answers[name].status_code for name in REFUSED} == REFUSED
