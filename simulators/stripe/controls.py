"""What the world does to the account: customers pay, banks refuse, time passes. For tests, and for /_control."""

from __future__ import annotations

from simulators.stripe import cards, catalog, checkout, invoices, payments, portal, standing, subscriptions
from simulators.stripe.clock import DAY, HOUR
from simulators.stripe.due import catch_up
from simulators.stripe.errors import StripeRefusal, refused
from simulators.stripe.world import Resource, World, present


class Controls:
    """Every method is also POST /_control/<its name> with its parameters as JSON."""

    def __init__(self, world: World) -> None:
        self.world = world

    def advance(self, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> int:
        """Time passes, and what becomes due on the way happens; gives the new time."""
        with self.world.lock:
            self.catch_up()
            self.world.clock.advanced += round(days * DAY + hours * HOUR + minutes * 60 + seconds)
            self.world.change_count += 1
            catch_up(self.world)
            return self.world.now()

    def catch_up(self) -> None:
        """What has become due since the last look happens."""
        with self.world.lock:
            catch_up(self.world)

    def pay(self, session_id: str, card: str = cards.GOOD_CARD, email: str | None = None) -> Resource:
        """The customer pays a checkout session.

        Raises:
            StripeRefusal: the card is refused; the session stays open.
        """
        with self.world.lock:
            session = self.world.find("checkout.session", session_id)
            _raise(checkout.pay(self.world, session, card, email))
            return present(self.world, session)

    def pay_by_bank(self, session_id: str) -> Resource:
        """The customer pays by debit: the session completes, the money is on its way."""
        return self.pay(session_id, cards.BANK_ACCOUNT)

    def settle_payment(self, session_id: str, succeeded: bool = True) -> Resource:
        """The money that was on its way comes, or does not."""
        with self.world.lock:
            session = self.world.find("checkout.session", session_id)
            return present(self.world, checkout.settle_async(self.world, session, succeeded=succeeded))

    def begin_unfinished(self, session_id: str) -> Resource:
        """The customer leaves while the bank asks: the subscription is incomplete; `pay` finishes it."""
        with self.world.lock:
            session = self.world.find("checkout.session", session_id)
            return present(self.world, checkout.begin_unfinished(self.world, session))

    def expire(self, session_id: str) -> Resource:
        """The session expires now."""
        with self.world.lock:
            session = self.world.find("checkout.session", session_id)
            return present(self.world, checkout.expire(self.world, session))

    def fail_next_payment(self, customer_id: str, count: int = 1, decline_code: str = "generic_decline") -> None:
        """The customer's next payments are refused."""
        with self.world.lock:
            customer = catalog.live_customer(self.world, customer_id)
            customer["_failures"] += [decline_code] * count

    def change_card(self, customer_id: str, card: str = cards.GOOD_CARD) -> Resource:
        """The customer pays with another card from now on."""
        with self.world.lock:
            customer = catalog.live_customer(self.world, customer_id)
            method = cards.make_payment_method(self.world, card, customer)
            cards.set_default_method(self.world, customer, method)
            for subscription in self.world.of("subscription", customer=customer_id):
                if subscription["status"] not in standing.ENDED:
                    with self.world.changing(subscription, "customer.subscription.updated"):
                        subscription["default_payment_method"] = method["id"]
            return present(self.world, method)

    def pay_invoice(self, invoice_id: str, card: str | None = None) -> Resource:
        """The customer pays an open invoice by hand, with this card or the usual one.

        Raises:
            StripeRefusal: the card is refused.
        """
        with self.world.lock:
            invoice = self.world.find("invoice", invoice_id)
            customer = self.world.resources[invoice["customer"]]
            method = cards.make_payment_method(self.world, card, customer) if card else None
            _raise(invoices.collect(self.world, invoice, method, by_hand=True))
            return present(self.world, invoice)

    def void_invoice(self, invoice_id: str) -> Resource:
        """The account's owner voids an invoice."""
        with self.world.lock:
            return present(self.world, invoices.void(self.world, self.world.find("invoice", invoice_id)))

    def refund(self, payment_intent: str, amount: int | None = None) -> Resource:
        """The account's owner gives money back, all that is left or `amount` cents."""
        with self.world.lock:
            charge = payments.charge_of(self.world, payment_intent)
            return present(self.world, payments.make_refund(self.world, charge, {"amount": amount}))

    def fail_refund(self, refund_id: str) -> Resource:
        """The bank sends a refund back."""
        with self.world.lock:
            return present(self.world, payments.fail_refund(self.world, self.world.find("refund", refund_id)))

    def dispute(self, payment_intent: str, amount: int | None = None, reason: str = "fraudulent") -> Resource:
        """The cardholder disputes a payment."""
        with self.world.lock:
            charge = payments.charge_of(self.world, payment_intent)
            return present(self.world, payments.make_dispute(self.world, charge, amount, reason))

    def close_dispute(self, dispute_id: str, outcome: str) -> Resource:
        """The bank decides: won or lost."""
        with self.world.lock:
            dispute = self.world.find("dispute", dispute_id)
            return present(self.world, payments.close_dispute(self.world, dispute, outcome))

    def pause(self, subscription_id: str) -> Resource:
        """The subscription is paused: status paused."""
        with self.world.lock:
            return present(self.world, standing.pause(self.world, self._live(subscription_id)))

    def resume(self, subscription_id: str) -> Resource:
        """A paused subscription goes on."""
        with self.world.lock:
            found = present(self.world, standing.resume(self.world, self._live(subscription_id)))
            catch_up(self.world)
            return found

    def pause_collection(self, subscription_id: str, behavior: str = "void", resumes_at: int | None = None) -> Resource:
        """Invoices are made and not collected: void, keep_as_draft, mark_uncollectible."""
        with self.world.lock:
            subscription = self._live(subscription_id)
            return present(self.world, standing.pause_collection(self.world, subscription, behavior, resumes_at))

    def resume_collection(self, subscription_id: str) -> Resource:
        """Invoices are collected again."""
        with self.world.lock:
            subscription = self._live(subscription_id)
            return present(self.world, standing.pause_collection(self.world, subscription, None, None))

    def cancel_now(self, subscription_id: str) -> Resource:
        """The subscription ends this second."""
        with self.world.lock:
            return present(self.world, standing.cancel(self.world, self._live(subscription_id)))

    def set_cancel_at_period_end(self, subscription_id: str, ends: bool = True) -> Resource:
        """The subscription ends with its period, or goes on after all."""
        with self.world.lock:
            subscription = self._live(subscription_id)
            return present(self.world, standing.set_cancel_at_period_end(self.world, subscription, ends=ends))

    def change_plan(self, subscription_id: str, price: str, proration_behavior: str = "always_invoice") -> Resource:
        """Another price (id or lookup key) from now on, with lines for what is left of the period."""
        with self.world.lock:
            subscription = self._live(subscription_id)
            given = {"price": catalog.price_named(self.world, price), "proration_behavior": proration_behavior}
            subscriptions.change_plan(self.world, subscription, subscription["items"]["data"][0], given)
            return present(self.world, subscription)

    def delete_customer(self, customer_id: str) -> Resource:
        """The account's owner deletes a customer."""
        with self.world.lock:
            return catalog.delete_customer(self.world, customer_id)

    def save_portal_settings(self) -> Resource:
        """The account's owner saves the portal's settings in the dashboard: there is a default configuration."""
        with self.world.lock:
            return present(self.world, portal.save_default_configuration(self.world))

    def _live(self, subscription_id: str) -> Resource:
        subscription = self.world.find("subscription", subscription_id)
        if subscription["status"] in standing.ENDED:
            raise refused(f"This subscription has ended: {subscription_id}")
        return subscription


def _raise(refusal: StripeRefusal | None) -> None:
    if refusal:
        raise refusal
