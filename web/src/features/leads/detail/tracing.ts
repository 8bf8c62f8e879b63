import type { FieldReceipt, Receipts } from '@/api/types'

/** Receipts open by their address, so that one can be sent to somebody else. */
export const RECEIPT_HASH = '#receipt'

export function receiptId(field: string): string {
  return `receipt-${field}`
}

export function receiptHref(field: string): string {
  return `#${receiptId(field)}`
}

/** Receipts that have something to show; a field that the dataset does not know has neither column nor rule. */
export function tracedFields({ fields }: Receipts): FieldReceipt[] {
  return fields.filter(({ columns, rule }) => columns.length > 0 || rule !== null)
}
