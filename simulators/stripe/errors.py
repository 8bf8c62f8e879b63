"""Stripe's errors. Source: https://docs.stripe.com/api/errors."""

from __future__ import annotations

from collections.abc import Mapping


class StripeRefusal(Exception):
    """An answer of 4xx or 5xx in Stripe's envelope; `headers` go with it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
        self.headers = dict(headers or {})
        self.more = more

    def body(self, request_id: str) -> dict[str, object]:
        """The envelope of this error."""
        error: dict[str, object] = {"type": self.kind, "message": self.message}
        if self.code is not None:
            error |= {
                "code": self.code,
                "doc_url": f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}",
            }
        if self.param is not None:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error | self.more}


def missing(kind: str, resource_id: str, param: str = "id", status: int = 404) -> StripeRefusal:
    """There is no such resource; named in a parameter it is a bad request, in the path it is not found."""
    return StripeRefusal(status, f"No such {kind}: '{resource_id}'", code="resource_missing", param=param)


def refused(message: str, param: str | None = None, code: str | None = None) -> StripeRefusal:
    """The request cannot be carried out as it stands."""
    return StripeRefusal(400, message, param=param, code=code)


def declined(decline_code: str) -> StripeRefusal:
    """The bank says no."""
    reason = "has insufficient funds." if decline_code == "insufficient_funds" else "was declined."
    return StripeRefusal(402, f"Your card {reason}", kind="card_error", code="card_declined", decline_code=decline_code)
