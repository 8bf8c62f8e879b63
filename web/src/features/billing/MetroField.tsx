import type { PriceList } from '@/api/types'

interface Props {
  metros: PriceList['metros']
  chosen?: string | null
}

/** The one area of a plan that is for one. */
export function MetroField({ metros, chosen }: Props) {
  return (
    <label className="block space-y-1">
      <span className="block text-sm text-ink-2">Metropolitan area</span>
      <select name="metro" required defaultValue={chosen ?? ''} className="field">
        <option value="">Choose…</option>
        {metros.map(({ metro, name }) => (
          <option key={metro} value={metro}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
