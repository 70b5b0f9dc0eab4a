import { CelFailure, Duration, Timestamp } from './values.ts'

const units: { readonly [unit: string]: bigint } = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const second = 1_000_000_000n

/** Reads a span as Go writes it, such as `1h30m`; undefined for what is none. */
export function parsedDuration(text: string): Duration | undefined {
  if (/^[+-]?0$/.test(text)) return new Duration(0n)
  if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0n
  for (const [, whole = '', fraction = '', unit = 's'] of text.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const size = units[unit] ?? 0n
    total += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length)
  }
  const nanos = text.startsWith('-') ? -total : total
  return isLong(nanos) ? new Duration(nanos) : undefined
}

function isLong(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 63n
}

const internetTime =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/** Reads a moment in RFC 3339; undefined for what is none. */
export function parsedTimestamp(text: string): Timestamp | undefined {
  const match = internetTime.exec(text)
  if (match === null) return undefined
  const [, date = '', time = '', fraction = '', sign, hours, minutes] = match
  const milliseconds = Date.parse(`${date}T${time}Z`)
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 10) !== date) return undefined
  const offset = sign === undefined ? 0 : (sign === '-' ? 1 : -1) * (Number(hours) * 60 + Number(minutes))
  const seconds = BigInt(milliseconds / 1000) + BigInt(offset * 60)
  return new Timestamp(seconds * second + BigInt(fraction.padEnd(9, '0').slice(0, 9)))
}

/** The moments that there are: the years 1 to 9999. */
const firstSecond = -62_135_596_800n
const lastSecond = 253_402_300_799n

/** A moment, if it is one. */
export function checkedTimestamp(nanos: bigint): Timestamp {
  const seconds = floorSeconds(nanos)
  if (seconds < firstSecond || seconds > lastSecond) throw new CelFailure('timestamp overflow')
  return new Timestamp(nanos)
}

/** A span, if it fits. */
export function checkedDuration(nanos: bigint): Duration {
  if (!isLong(nanos)) throw new CelFailure('duration overflow')
  return new Duration(nanos)
}

/** Whole seconds since 1970. */
export function floorSeconds(nanos: bigint): bigint {
  const whole = nanos / second
  return nanos < 0n && nanos % second !== 0n ? whole - 1n : whole
}

/** A span as text: its seconds. */
export function durationText({ nanos }: Duration): string {
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  const fraction = (size % second).toString().padStart(9, '0').replace(/0+$/, '')
  return `${sign}${size / second}${fraction === '' ? '' : `.${fraction}`}s`
}

/** A moment in RFC 3339. */
export function timestampText({ nanos }: Timestamp): string {
  const seconds = floorSeconds(nanos)
  const rest = nanos - seconds * second
  const fraction = rest.toString().padStart(9, '0').replace(/0+$/, '')
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  return `${text}${fraction === '' ? '' : `.${fraction}`}Z`
}

const zoneOffset = /^([+-]?)(\d\d):(\d\d)$/

/** The clock of a place at a moment, as a date whose UTC parts are the place's own. */
function clockIn({ nanos }: Timestamp, zone: string): Date {
  const milliseconds = Number(floorSeconds(nanos)) * 1000
  const offset = zoneOffset.exec(zone)
  if (offset !== null) {
    const [, sign, hours, minutes] = offset
    const shift = (Number(hours) * 60 + Number(minutes)) * 60_000
    return new Date(milliseconds + (sign === '-' ? -shift : shift))
  }
  if (zone === '' || zone === 'UTC') return new Date(milliseconds)
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(new Date(milliseconds))
    const part = (name: string): number => Number(parts.find(({ type }) => type === name)?.value ?? 0)
    return new Date(Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')))
  } catch {
    throw new CelFailure(`unknown time zone ${zone}`)
  }
}

/** What can be asked of a moment, at a place. */
const clockParts: { readonly [name: string]: (clock: Date) => number } = {
  getFullYear: (clock) => clock.getUTCFullYear(),
  getMonth: (clock) => clock.getUTCMonth(),
  getDayOfYear: (clock) => Math.floor((clock.getTime() - Date.UTC(clock.getUTCFullYear(), 0, 1)) / 86_400_000),
  getDayOfMonth: (clock) => clock.getUTCDate() - 1,
  getDate: (clock) => clock.getUTCDate(),
  getDayOfWeek: (clock) => clock.getUTCDay(),
  getHours: (clock) => clock.getUTCHours(),
  getMinutes: (clock) => clock.getUTCMinutes(),
  getSeconds: (clock) => clock.getUTCSeconds(),
}

/** The names of what can be asked of a moment. */
export const clockPartNames = Object.keys(clockParts)

/** A part of a moment at a place. */
export function clockPart(name: string, moment: Timestamp, zone: string): bigint {
  return BigInt(clockParts[name]?.(clockIn(moment, zone)) ?? 0)
}

/** Milliseconds of a moment within its second. */
export function millisecondsOf({ nanos }: Timestamp): bigint {
  return (nanos - floorSeconds(nanos) * second) / 1_000_000n
}
