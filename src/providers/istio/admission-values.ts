import { isAddressBlock } from '../address-block.ts'
import { goDuration } from '../admission.ts'

/** Why a host is none that Istio takes, as the end of a sentence; a leading star stands for any beginning. */
export function hostProblem(host: string): string | undefined {
  if (host === '*') return undefined
  if (host.length === 0 || host.length > 255) return 'is no host name'
  const [first = '', ...rest] = host.split('.')
  if (rest.some((label) => label.includes('*')) || first.slice(1).includes('*'))
    return 'has its star elsewhere than at its beginning'
  const labels = first.startsWith('*') ? (first === '*' ? rest : [first.slice(1), ...rest]) : [first, ...rest]
  return labels.every((label) => /^[A-Za-z0-9_]?([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?$/.test(label)) ? undefined : 'is no host name'
}

/** True for a single address. */
export function isAddress(text: string): boolean {
  return !text.includes('/') && isAddressBlock(text)
}

/** True when one host, perhaps with a leading star, has every name of the other. */
export function includesHost(wide: string, narrow: string): boolean {
  if (wide === '*' || wide === narrow) return true
  return wide.startsWith('*') && narrow.replace(/^\*/, '').endsWith(wide.slice(1))
}

/** Why a time is none that Istio takes: it counts whole milliseconds. */
export function shortTime(text: string): string | undefined {
  const time = goDuration(text)
  if (time === undefined) return 'is no time'
  return time < 1
    ? 'is less than a millisecond'
    : Number.isInteger(Number(time.toFixed(6)))
      ? undefined
      : 'has parts of a millisecond'
}

/** True for a port as texts name it. */
export function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
}
