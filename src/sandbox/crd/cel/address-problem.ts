/** What is wrong with an address, and the rest of the text at which it was found. */
interface Problem {
  readonly message: string
  readonly at?: string
}

function ipv4Problem(text: string): Problem | undefined {
  let fields = 0
  let digits = ''
  for (const [index, character] of [...text].entries()) {
    const at = text.slice(index)
    if (/\d/.test(character)) {
      if (digits === '0') return { message: 'IPv4 field has octet with leading zero' }
      digits += character
      if (Number(digits) > 255) return { message: 'IPv4 field has value >255' }
    } else if (character !== '.') return { message: 'unexpected character', at }
    else if (digits === '' || index === text.length - 1) return { message: 'IPv4 field must have at least one digit', at }
    else if (fields === 3) return { message: 'IPv4 address too long' }
    else {
      fields += 1
      digits = ''
    }
  }
  return fields < 3 ? { message: 'IPv4 address too short' } : undefined
}

function ipv6Problem(text: string): Problem | undefined {
  const percent = text.indexOf('%')
  if (percent >= 0 && percent === text.length - 1) return { message: 'zone must be a non-empty string' }
  let rest = percent < 0 ? text : text.slice(0, percent)
  let hasGap = rest.startsWith('::')
  if (hasGap) rest = rest.slice(2)
  let fields = 0
  while (fields < 8 && rest !== '') {
    const group = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? ''
    if (group.length > 4) return { message: 'each group must have 4 or less digits', at: rest }
    if (group === '') return { message: 'each colon-separated field must have at least one digit', at: rest }
    if (rest[group.length] === '.') {
      if (!hasGap && fields !== 6) {
        return { message: 'embedded IPv4 address must replace the final 2 fields of the address', at: rest }
      }
      return ipv4Problem(rest)
    }
    fields += 1
    rest = rest.slice(group.length)
    if (rest === '') break
    if (!rest.startsWith(':')) return { message: 'unexpected character, want colon', at: rest }
    if (rest.length === 1) return { message: 'colon must be followed by more characters', at: rest }
    rest = rest.slice(1)
    if (!rest.startsWith(':')) continue
    if (hasGap) return { message: 'multiple :: in address', at: rest }
    hasGap = true
    rest = rest.slice(1)
  }
  if (rest !== '') return { message: 'trailing garbage after address', at: rest }
  if (fields < 8) return hasGap ? undefined : { message: 'address string too short' }
  return hasGap ? { message: 'the :: must expand to at least one field of zeros' } : undefined
}

/** What Go's reader says of a text that is no address. */
export function addressProblem(text: string): string {
  const sign = /[.:%]/.exec(text)?.[0]
  const found: Problem | undefined =
    sign === '.'
      ? ipv4Problem(text)
      : sign === ':'
        ? ipv6Problem(text)
        : { message: sign === '%' ? 'missing IPv6 address' : 'unable to parse IP' }
  const { message, at } = found ?? { message: 'unable to parse IP' }
  return `ParseAddr(${JSON.stringify(text)}): ${message}${at === undefined ? '' : ` (at ${JSON.stringify(at)})`}`
}

/** What it says of a text that is no block of addresses, whose address alone was found to be one or not. */
export function blockProblem(text: string, isAddress: (text: string) => boolean): string {
  const slash = text.lastIndexOf('/')
  const problem = (): string => {
    if (slash < 0) return "no '/'"
    const address = text.slice(0, slash)
    const bits = text.slice(slash + 1)
    if (!isAddress(address)) return addressProblem(address)
    if (!/^(?:\d|[1-9]\d*)$/.test(bits)) return `bad bits after slash: ${JSON.stringify(bits)}`
    return 'prefix length out of range'
  }
  return `netip.ParsePrefix(${JSON.stringify(text)}): ${problem()}`
}
