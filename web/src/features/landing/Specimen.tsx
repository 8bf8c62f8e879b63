import { formatDay, formatUsd, NOT_PUBLISHED } from '@/lib/format'

/**
 * A real row, as the City of Austin printed it in its daily report of 25 January 2016.
 * Source: github.com/open-austin/construction-permits (public domain), data/2016/2016-01-25.csv.
 */
const ROWS = [
  { label: 'Issued', shown: formatDay('2016-01-25'), column: 'date_issued', raw: '01/25/2016' },
  { label: 'Declared cost', shown: formatUsd('22000'), column: 'total_valuation_remodel', raw: '22000' },
  { label: 'Address', shown: '718 CONGRESS AVE', column: 'permit_location', raw: '718 CONGRESS AVE' },
  {
    label: 'Description',
    shown: 'STRUCTURAL re-roof to existing Cocktail Lounge.',
    column: 'work_description',
    raw: 'STRUCTURAL re-roof to existing Cocktail Lounge.',
  },
  { label: 'Completed', shown: NOT_PUBLISHED, column: null, raw: null },
] as const

/** What a receipt looks like, on one real row. */
export function Specimen() {
  return (
    <figure className="overflow-hidden card shadow-sm">
      <div className="flex items-baseline gap-3 border-b border-line bg-sunken px-5 py-3">
        <p className="font-semibold">Permit 2016-007600 BP</p>
        <p className="ml-auto text-sm text-ink-3">City of Austin</p>
      </div>
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">Each value beside the publisher’s own column and text</caption>
        <thead className="text-xs text-ink-3">
          <tr>
            <th scope="col" className="px-5 pt-3 pb-1 text-left font-semibold">
              What we show
            </th>
            <th scope="col" className="px-5 pt-3 pb-1 text-left font-semibold">
              What the city wrote
            </th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ label, shown, column, raw }) => (
            <tr key={label} className="border-b border-line align-top last:border-0">
              <th scope="row" className="w-1/2 px-5 py-2.5 text-left font-normal">
                <span className="block text-xs text-ink-3">{label}</span>
                <span className={raw === null ? 'text-ink-3 italic' : 'font-semibold'}>{shown}</span>
              </th>
              <td className="px-5 py-2.5 font-mono text-xs">
                {column === null ? (
                  <span className="font-sans text-sm text-ink-3">No such column, so no guess.</span>
                ) : (
                  <>
                    <span className="block text-ink-3">{column}</span>
                    <span>{raw}</span>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <figcaption className="border-t border-line px-5 py-3 text-xs text-ink-3">
        A real row of the city’s daily report of {formatDay('2016-01-25')}. In the app each row also carries
        its address, the time it was read and the sha-256 of the archived bytes.
      </figcaption>
    </figure>
  )
}
