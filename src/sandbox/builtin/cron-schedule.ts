/** One field of a cron line: its bounds, and names that stand for numbers. */
interface FieldKind {
  readonly minimum: number
  readonly maximum: number
  readonly names: readonly string[]
  /** The number of the first name. */
  readonly firstName: number
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const fieldKinds: readonly FieldKind[] = [
  { minimum: 0, maximum: 59, names: [], firstName: 0 },
  { minimum: 0, maximum: 23, names: [], firstName: 0 },
  { minimum: 1, maximum: 31, names: [], firstName: 0 },
  { minimum: 1, maximum: 12, names: months, firstName: 1 },
  { minimum: 0, maximum: 6, names: days, firstName: 0 },
]
const predefined: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

interface FieldValues {
  readonly values: ReadonlySet<number>
  /** A star: of two day fields the other one alone decides. */
  readonly isStar: boolean
}

/** When something is due: at minutes that a cron line names, or again and again after a while. */
export type CronSchedule =
  | { readonly kind: 'line'; readonly fields: readonly FieldValues[] }
  | { readonly kind: 'interval'; readonly seconds: number }

/** A schedule, or what is wrong with its text in the words of the API server. */
export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: CronSchedule }
  | { readonly ok: false; readonly problem: string }

class ScheduleError extends Error {}

function parseNumber(text: string, kind: FieldKind): number {
  const name = kind.names.indexOf(text.toLowerCase())
  if (name >= 0) return name + kind.firstName
  if (!/^[+-]?\d{1,9}$/.test(text)) {
    const why = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
    throw new ScheduleError(`failed to parse int from ${text}: ${why}`)
  }
  const number = Number(text)
  if (number < 0) throw new ScheduleError(`negative number (${number}) not allowed: ${text}`)
  return number
}

function addRange(values: Set<number>, text: string, kind: FieldKind): boolean {
  const [range = '', stepText, ...moreSteps] = text.split('/')
  const [low = '', high, ...moreHighs] = range.split('-')
  const isStar = low === '*' || low === '?'
  const start = isStar ? kind.minimum : parseNumber(low, kind)
  if (!isStar && moreHighs.length > 0) throw new ScheduleError(`too many hyphens: ${text}`)
  let end = isStar ? kind.maximum : high === undefined ? start : parseNumber(high, kind)
  if (moreSteps.length > 0) throw new ScheduleError(`too many slashes: ${text}`)
  const step = stepText === undefined ? 1 : parseNumber(stepText, { ...kind, names: [] })
  // A number with a step means from there on.
  if (stepText !== undefined && !isStar && high === undefined) end = kind.maximum
  if (start < kind.minimum) {
    throw new ScheduleError(`beginning of range (${start}) below minimum (${kind.minimum}): ${text}`)
  }
  if (end > kind.maximum) throw new ScheduleError(`end of range (${end}) above maximum (${kind.maximum}): ${text}`)
  if (start > end) throw new ScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${text}`)
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`)
  for (let value = start; value <= end; value += step) values.add(value)
  return isStar && step === 1
}

function parseField(text: string, kind: FieldKind): FieldValues {
  const values = new Set<number>()
  let isStar = false
  for (const part of text.split(',')) if (addRange(values, part, kind)) isStar = true
  return { values, isStar }
}

const units: ReadonlyMap<string, number> = new Map([
  ['h', 3600],
  ['m', 60],
  ['s', 1],
])

function parseInterval(text: string): CronSchedule {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)]
  const whole = parts.map(([part]) => part).join('')
  if (whole === '' || whole !== text) {
    throw new ScheduleError(`failed to parse duration @every ${text}: time: invalid duration ${JSON.stringify(text)}`)
  }
  const seconds = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units.get(unit) ?? 0), 0)
  return { kind: 'interval', seconds: Math.max(1, Math.floor(seconds)) }
}

function parse(text: string): CronSchedule {
  if (text.startsWith('@every ')) return parseInterval(text.slice('@every '.length))
  const line = text.startsWith('@') ? predefined.get(text) : text
  if (line === undefined) throw new ScheduleError(`unrecognized descriptor: ${text}`)
  const fields = line.trim().split(/\s+/)
  if (fields.length !== fieldKinds.length) {
    throw new ScheduleError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  }
  return { kind: 'line', fields: fieldKinds.map((kind, index) => parseField(fields[index] ?? '', kind)) }
}

/** Reads a schedule as CronJobs have it. A time zone in front, which is refused elsewhere, is passed over. */
export function parseSchedule(text: string): ParsedSchedule {
  try {
    return { ok: true, schedule: parse(text.replace(/^(?:CRON_)?TZ=\S+\s+/, '')) }
  } catch (error) {
    if (error instanceof ScheduleError) return { ok: false, problem: error.message }
    throw error
  }
}

const minuteMs = 60_000
/** Beyond five years a line such as the 30th of February is never due. */
const longestSearchMinutes = 5 * 366 * 24 * 60

/** The minute, hour, day, month and weekday of a time in a zone. */
function partsOf(time: Date, format: Intl.DateTimeFormat | undefined): readonly number[] {
  if (format === undefined) {
    return [time.getUTCMinutes(), time.getUTCHours(), time.getUTCDate(), time.getUTCMonth() + 1, time.getUTCDay()]
  }
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]))
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
  const weekday = days.indexOf((parts.get('weekday') ?? '').toLowerCase().slice(0, 3))
  return [number('minute'), number('hour') % 24, number('day'), number('month'), weekday]
}

function isDue(fields: readonly FieldValues[], parts: readonly number[]): boolean {
  const has = (index: number): boolean => fields[index]?.values.has(parts[index] ?? -1) === true
  if (!has(0) || !has(1) || !has(3)) return false
  const isEither = fields[2]?.isStar !== true && fields[4]?.isStar !== true
  return isEither ? has(2) || has(4) : has(2) && has(4)
}

/** Minutes that can be passed over: to the next hour where the hour is none that is named. */
function skip(fields: readonly FieldValues[], parts: readonly number[]): number {
  return fields[1]?.values.has(parts[1] ?? -1) === true ? 1 : 60 - (parts[0] ?? 0)
}

/** The first time after another at which a schedule is due; undefined when it never is. Zones are IANA names, UTC by default. */
export function nextTime(schedule: CronSchedule, after: Date, timeZone?: string): Date | undefined {
  if (schedule.kind === 'interval') return new Date(Math.floor(after.getTime() / 1000 + schedule.seconds) * 1000)
  const format =
    timeZone === undefined
      ? undefined
      : new Intl.DateTimeFormat('en-US', {
          timeZone,
          hourCycle: 'h23',
          minute: 'numeric',
          hour: 'numeric',
          day: 'numeric',
          month: 'numeric',
          weekday: 'short',
        })
  const start = Math.floor(after.getTime() / minuteMs) + 1
  for (let minute = start; minute < start + longestSearchMinutes; ) {
    const time = new Date(minute * minuteMs)
    const parts = partsOf(time, format)
    if (isDue(schedule.fields, parts)) return time
    minute += skip(schedule.fields, parts)
  }
  return undefined
}
