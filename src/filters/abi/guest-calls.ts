import { callbacks } from './callbacks.ts'

/** What runs while the engine makes the instance of a module that has one. */
export const startSection = 'its start section'

/** Everything of a guest that the host calls, by number; 0 is nothing. A number tells another thread where a guest is. */
const guestCallNames: readonly string[] = [
  '',
  startSection,
  '_initialize',
  '_start',
  'main',
  '__main_void',
  ...callbacks.map((callback) => callback.name),
]

const numbers: ReadonlyMap<string, number> = new Map(guestCallNames.map((name, number) => [name, number]))

/** The number of what the host calls by that name; 0 when it calls nothing such. */
export function guestCallNumber(name: string): number {
  return numbers.get(name) ?? 0
}

/** The name behind a number; undefined for nothing. */
export function guestCallName(number: number): string | undefined {
  const name = guestCallNames[number]
  return name === '' ? undefined : name
}
