import { findProgram } from '../../src/perf/engines/run-engine.ts'

/** The path of a program on this machine; without one the reader of the test's output is told in a line. */
export async function installed(names: readonly string[]): Promise<string | undefined> {
  const found = await findProgram(names, process.env.PATH ?? '')
  if (found === undefined) process.stdout.write(`${names[0]} is not installed here: what needs it was not tried.\n`)
  return found
}
