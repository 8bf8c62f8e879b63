-- billing_customers --
insert into public.billing_customers (account_id, stripe_customer_id, livemode)
values (%(account_id)s, 'cus_' || %(marker)s, false)
returning stripe_customer_id;

-- billing_subscriptions --
insert into public.billing_subscriptions (stripe_subscription_id, account_id, plan, status)
values ('sub_' || %(marker)s, %(account_id)s, 'enterprise', 'active')
returning stripe_subscription_id;

-- billing_invoices --
insert into public.billing_invoices (stripe_invoice_id, account_id, stripe_subscription_id, status, amount_due_cents,
                                     amount_paid_cents, currency, created_at)
values ('in_' || %(marker)s, %(account_id)s, %(stripe_subscription_id)s, 'paid', 99900, 99900, 'usd', now())
returning stripe_invoice_id;

-- billing_pack_sales --
insert into public.billing_pack_sales (stripe_session_id, account_id, payment_intent_id, pack, credits, amount_cents,
                                       currency, status, created_at)
values ('cs_' || %(marker)s, %(account_id)s, 'pi_' || %(marker)s, 'pack_50', 50, 4900, 'usd', 'paid', now())
returning stripe_session_id;

-- billing_reversals --
insert into public.billing_reversals (stripe_reversal_id, account_id, stripe_session_id, kind, status, amount_cents,
                                      credits, taken, created_at)
values ('re_' || %(marker)s, %(account_id)s, %(stripe_session_id)s, 'refund', 'succeeded', 4900, 50, 50, now())
returning stripe_reversal_id;

-- billing_differences --
insert into public.billing_differences (kind, account_id, object_id, ours, theirs)
values ('subscription', %(account_id)s, 'sub_' || %(marker)s, '{}', '{}')
returning difference_id;

-- billing_letters --
insert into public.billing_letters (account_id, kind, occasion, facts)
values (%(account_id)s, 'access_ended', 'sub_' || %(marker)s, '{"plan": "Pro"}')
returning billing_letter_id;
