-- payments_status --
-- What Stripe told and nobody worked off, and what its books and ours say differently, in one word.
select private.payments_status();
