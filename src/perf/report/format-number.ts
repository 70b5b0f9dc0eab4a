/** Milliseconds as a table shows them: three digits, with unit. */
export function milliseconds(value: number): string {
  if (value === 0) return '0 ms'
  if (value >= 10_000) return `${trim(value / 1000)} s`
  if (value >= 1) return `${trim(value)} ms`
  return `${trim(value * 1000)} µs`
}

/** A rate a second. */
export function perSecond(value: number): string {
  return `${grouped(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)))}/s`
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}

/** A relative change with its sign. */
export function signedPercent(share: number): string {
  return `${share > 0 ? '+' : ''}${Number((share * 100).toPrecision(3))} %`
}

/** A count with thousands set apart. */
export function grouped(value: number): string {
  const [whole = '', fraction] = String(value).split('.')
  return `${whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')}${fraction === undefined ? '' : `.${fraction}`}`
}

/** Bytes with a binary unit. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let size = value
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${trim(size)} ${units[unit]}`
}

function trim(value: number): string {
  return value >= 1000 ? grouped(Math.round(value)) : String(Number(value.toPrecision(3)))
}
