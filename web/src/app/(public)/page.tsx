import { readSession } from '@/api/session'
import { Landing } from '@/features/landing/Landing'

/** The front page stands even where nobody can say who is signed in. */
export default async function HomePage() {
  const session = await readSession().catch(() => null)
  return <Landing isSignedIn={session !== null} />
}
