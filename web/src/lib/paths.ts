/** Where a reader may be sent after signing in: a path of this site, never another address. */
export function safeReturnPath(text: string | null | undefined): string {
  return text && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) ? text : '/leads'
}

/** Pages that show leads, archived bytes and what an account has ask for a session. */
export function isPrivatePath(pathname: string): boolean {
  return /^\/(leads|archive|my-leads|credits|billing)(\/|$)/.test(pathname)
}

export function signInHref(returnPath: string): string {
  return `/sign-in?next=${encodeURIComponent(returnPath)}`
}
