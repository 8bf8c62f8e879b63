"""What all pages share: the frame, its looks, and how money and days are written."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from simulators.stripe.api.front import Reply
from simulators.stripe.world import Resource

_STYLE = """
:root { color-scheme: light dark; --ground: #f6f8fa; --card: #fff; --ink: #1a1f36; --soft: #545c6f; --line: #d5dbe3;
  --deed: #4b45c6; --deed-ink: #fff; --bad: #b3093c; --good: #0b6b3a; --note: #fff3cd; --note-ink: #5c4400; }
@media (prefers-color-scheme: dark) { :root { --ground: #12151c; --card: #1b202b; --ink: #eef1f6; --soft: #aab3c2;
  --line: #394253; --deed: #a5a1ff; --deed-ink: #14123a; --bad: #ff9db5; --good: #7fe0ab; --note: #4a3b0c;
  --note-ink: #ffe9a8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
.note { background: var(--note); color: var(--note-ink); text-align: center; padding: .5rem 1rem; margin: 0;
  font-weight: 600; }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem;
  margin-top: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1rem 0 .25rem; } h2 { font-size: 1.125rem; margin: 0 0 .5rem; }
p { margin: .25rem 0 .75rem; } .soft { color: var(--soft); } .price { font-size: 2rem; font-weight: 700; }
label { display: block; font-weight: 600; margin-top: .75rem; }
input, select { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: var(--ground); border: 1px solid var(--line); border-radius: .5rem; }
button { width: 100%; min-height: 2.75rem; margin-top: 1rem; padding: .5rem 1rem; font: inherit; font-weight: 600;
  color: var(--deed-ink); background: var(--deed); border: 0; border-radius: .5rem; cursor: pointer; }
button.quiet { color: var(--ink); background: transparent; border: 1px solid var(--line); }
a { color: var(--deed); } main > p { margin-top: 1rem; }
:focus-visible { outline: 3px solid var(--deed); outline-offset: 2px; }
.alert { color: var(--bad); font-weight: 600; } .status { color: var(--good); font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; } li { border-top: 1px solid var(--line); padding: .75rem 0; }
li:first-child { border-top: 0; } .row { display: flex; flex-wrap: wrap; gap: .25rem 1rem;
  justify-content: space-between; } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; }
summary { cursor: pointer; margin-top: 1rem; } code { white-space: nowrap; }
"""
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
TEST_CARDS = """
<details><summary>Other test cards</summary>
<p><code>4242 4242 4242 4242</code> is accepted.<br>
<code>4000 0000 0000 0002</code> is declined.<br>
<code>4000 0000 0000 9995</code> has insufficient funds.<br>
<code>4000 0000 0000 0341</code> is accepted now and fails at renewal.</p></details>
"""


def page(title: str, body: str, status: int = 200) -> Reply:
    """A page; `body` is HTML."""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{_STYLE}</style></head>'
        '<body><p class="note">Test payments: no money moves</p>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return Reply(status, text.encode(), _HEADERS)


def redirect(url: str) -> Reply:
    """Go there, with GET."""
    return Reply(303, b"", {"Location": url, "Cache-Control": "no-store"})


def link(url: str | None, words: str) -> str:
    """A link, or nothing if there is no address a browser may follow."""
    if not url or not url.startswith(("http://", "https://", "/")):
        return ""
    return f'<p><a href="{escape(url)}">{escape(words)}</a></p>'


def button(action: str, words: str, *, is_quiet: bool = False, **fields: str) -> str:
    """A form that is one button."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    looks = ' class="quiet"' if is_quiet else ""
    return f'<form method="post" action="{escape(action)}">{hidden}<button{looks}>{escape(words)}</button></form>'


def card_fields(alert: str | None = None) -> str:
    """The fields of a card, filled with one that is accepted."""
    told = f'<p class="alert" role="alert" id="alert">{escape(alert)}</p>' if alert else ""
    described = ' aria-invalid="true" aria-describedby="alert"' if alert else ""
    return (
        f"{told}"
        '<label for="card">Card number</label><input id="card" name="card" value="4242 4242 4242 4242" required '
        f'inputmode="numeric" autocomplete="cc-number"{described}>'
        '<div class="pair"><div><label for="expiry">Expires</label><input id="expiry" name="expiry" value="12 / 34" '
        'autocomplete="cc-exp"></div><div><label for="cvc">CVC</label><input id="cvc" name="cvc" value="123" '
        'inputmode="numeric" autocomplete="cc-csc"></div></div>'
    )


def write_money(cents: int, currency: str = "usd") -> str:
    """$1,234.50; other currencies by their code."""
    sign = "-" if cents < 0 else ""
    amount = f"{abs(cents) / 100:,.2f}"
    return f"{sign}${amount}" if currency == "usd" else f"{sign}{amount} {currency.upper()}"


def write_price(price: Resource, quantity: int = 1) -> str:
    """$99.00 per month."""
    return f"{write_money(price['unit_amount'] * quantity, price['currency'])} per {price['recurring']['interval']}"


def write_day(second: int) -> str:
    """November 8, 2026."""
    day = datetime.fromtimestamp(second, UTC)
    return f"{day:%B} {day.day}, {day.year}"
