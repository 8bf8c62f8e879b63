import { Published } from './Published'

interface Props {
  people: { owner_name: string | null; applicant_name: string | null; contractor_full_name: string | null }
}

/** The names on a permit, as published; only the account that holds the claim sees them. */
export function PublishedNames({ people }: Props) {
  return (
    <dl className="grid gap-4 rounded-lg bg-sunken p-4 text-sm sm:grid-cols-3">
      <Name title="Owner" name={people.owner_name} />
      <Name title="Applicant" name={people.applicant_name} />
      <Name title="Contractor’s person" name={people.contractor_full_name} />
    </dl>
  )
}

function Name({ title, name }: { title: string; name: string | null }) {
  return (
    <div>
      <dt className="text-ink-3">{title}</dt>
      <dd className="font-semibold [overflow-wrap:anywhere]">
        <Published value={name} />
      </dd>
    </div>
  )
}
