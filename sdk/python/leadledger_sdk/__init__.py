"""Python client of LeadLedgerPro: operations in `leadledger_sdk.rest.api`, answers in `leadledger_sdk.rest.models`."""

from leadledger_sdk.asking import Refused, ask, connect, paged
from leadledger_sdk.patience import Patience
from leadledger_sdk.webhooks import NotOurs, verify_webhook

__all__ = ["NotOurs", "Patience", "Refused", "ask", "connect", "paged", "verify_webhook"]
