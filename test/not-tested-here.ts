/** Says in one line what is not tested for want of a component, and how to get it. */
export function notTestedHere(what: string, why: string): void {
  process.stdout.write(`${what} is not tested here: ${why}\n`)
}
