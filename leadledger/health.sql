-- payments_status --
-- What Stripe told and nobody worked off, what its books and ours say differently, whom nobody answered, in one word.
select private.payments_status();
