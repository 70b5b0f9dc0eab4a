/** How often a wait says again what it waits for, in milliseconds: a job that is silent for long looks hung. */
const REMIND_MS = 10_000
/** How often it is looked which waits have been silent for that long. */
const LOOK_MS = 1000

interface Reminder {
  readonly tell: () => void
  due: number
}

/** One clock for the waits of all objects, however many: it runs while there is one. */
const reminders = new Set<Reminder>()
let clock: ReturnType<typeof setInterval> | undefined

function look(): void {
  const now = performance.now()
  for (const reminder of reminders) {
    if (reminder.due > now) continue
    reminder.due = now + REMIND_MS
    reminder.tell()
  }
}

/** A wait that tells itself again and again; `told` puts that off, `end` ends it. */
export interface Reminding {
  readonly told: () => void
  readonly end: () => void
}

/** Has `tell` called whenever nothing was told for ten seconds. */
export function remindAgain(tell: () => void): Reminding {
  const reminder: Reminder = { tell, due: performance.now() + REMIND_MS }
  reminders.add(reminder)
  clock ??= setInterval(look, LOOK_MS)
  return {
    told: () => {
      reminder.due = performance.now() + REMIND_MS
    },
    end: () => {
      reminders.delete(reminder)
      if (reminders.size > 0) return
      clearInterval(clock)
      clock = undefined
    },
  }
}
