import { formatCount, formatDay, formatUsd } from './format'

type Kind = 'text' | 'day' | 'usd' | 'count' | 'degrees' | 'code' | 'link'

export interface Fact {
  field: string
  label: string
  kind: Kind
}

export interface FactGroup {
  title: string
  facts: Fact[]
}

const fact = (field: string, label: string, kind: Kind = 'text'): Fact => ({ field, label, kind })

/** Every field of a permit that readers may see, in the order a contractor asks for it. */
export const FACT_GROUPS: FactGroup[] = [
  { title: 'In the publisher’s words', facts: [fact('description', 'Description')] },
  {
    title: 'Work',
    facts: [
      fact('permit_num', 'Permit number', 'code'),
      fact('permit_type_desc', 'Permit type'),
      fact('permit_type', 'Permit type code'),
      fact('permit_class', 'Property class, as published'),
      fact('permit_class_mapped', 'Property class'),
      fact('work_class', 'Kind of work, as published'),
      fact('work_class_mapped', 'Kind of work'),
      fact('project_name', 'Project name'),
      fact('master_permit_num', 'Master permit', 'code'),
    ],
  },
  {
    title: 'Status and dates',
    facts: [
      fact('status_current', 'Status, as published'),
      fact('status_current_mapped', 'Status'),
      fact('status_date', 'Status since', 'day'),
      fact('applied_date', 'Applied', 'day'),
      fact('issued_date', 'Issued', 'day'),
      fact('completed_date', 'Completed', 'day'),
      fact('expires_date', 'Expires', 'day'),
    ],
  },
  {
    title: 'Size and cost',
    facts: [
      fact('est_project_cost', 'Declared cost', 'usd'),
      fact('total_sq_ft', 'Existing square feet', 'count'),
      fact('added_sq_ft', 'Square feet added', 'count'),
      fact('remodel_sq_ft', 'Square feet remodelled', 'count'),
      fact('housing_units', 'Housing units', 'count'),
    ],
  },
  {
    title: 'Place',
    facts: [
      fact('original_address1', 'Address'),
      fact('original_address2', 'Unit or building'),
      fact('original_city', 'City'),
      fact('original_state', 'State'),
      fact('original_zip', 'ZIP', 'code'),
      fact('county_fips', 'County FIPS', 'code'),
      fact('latitude', 'Latitude', 'degrees'),
      fact('longitude', 'Longitude', 'degrees'),
      fact('pin', 'Parcel number', 'code'),
    ],
  },
  {
    title: 'Contractor',
    facts: [
      fact('contractor_company_name', 'Company'),
      fact('contractor_trade', 'Trade, as published'),
      fact('contractor_lic_num', 'Licence number', 'code'),
      fact('contractor_phone', 'Business telephone', 'code'),
    ],
  },
  { title: 'Source', facts: [fact('link', "The publisher's own page", 'link')] },
]

const FACTS = new Map(FACT_GROUPS.flatMap(({ facts }) => facts).map((each) => [each.field, each]))

export function factLabel(field: string): string | undefined {
  return FACTS.get(field)?.label
}

/** A field's value in readable form; null stays null and is told as “Not published”. */
export function formatFact(kind: Kind, value: unknown): string | null {
  if (value === null || value === undefined) return null
  const text = String(value)
  if (kind === 'day') return formatDay(text)
  if (kind === 'usd') return formatUsd(text)
  if (kind === 'count' && Number.isFinite(Number(text))) return formatCount(Number(text))
  if (kind === 'degrees' && Number.isFinite(Number(text))) return String(Number(Number(text).toFixed(6)))
  return text
}

export function formatField(field: string, value: unknown): string | null {
  return formatFact(FACTS.get(field)?.kind ?? 'text', value)
}
