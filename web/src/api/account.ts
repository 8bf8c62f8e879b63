import 'server-only'

import { cache } from 'react'

import { backend, bodyOf } from './client'
import type { Account, Member } from './types'

/** The account the reader acts for, and the part in it. */
export const readAccount = cache(async (accessToken: string): Promise<Account> =>
  bodyOf(await backend(accessToken).GET('/api/account')),
)

/** Everybody in the account, eldest first. */
export const listMembers = cache(
  async (accessToken: string): Promise<Member[]> =>
    bodyOf(await backend(accessToken).GET('/api/account/members')).members,
)
