/** Receipts open by their address, so that one can be sent to somebody else. */
export const RECEIPT_HASH = '#receipt'

export function receiptId(field: string): string {
  return `receipt-${field}`
}

export function receiptHref(field: string): string {
  return `#${receiptId(field)}`
}
