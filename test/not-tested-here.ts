import { test } from 'vitest'

/** Says in one line, and in the report as a skipped test, what is not tested for want of a component, and how to get it. */
export function notTestedHere(what: string, why: string): void {
  const line = `${what} is not tested here: ${why}`
  process.stdout.write(`${line}\n`)
  test.skip(line)
}
