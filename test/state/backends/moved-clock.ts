import { type Clock, systemClock } from '../../../src/state/clock.ts'

/** A clock that can be put forward; waits take no time. */
export function movedClock(): Clock & { forward(milliseconds: number): void } {
  let offset = 0
  return {
    now: () => systemClock.now() + offset,
    sleep: (_milliseconds, signal) => systemClock.sleep(1, signal),
    every: () => () => {},
    forward: (milliseconds) => {
      offset += milliseconds
    },
  }
}
