/** The address as it may stand in a plan: without the password that it may bear. */
export function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  if (url.password === '' && !url.searchParams.has('password')) return address
  url.password = ''
  url.searchParams.delete('password')
  return url.href
}
