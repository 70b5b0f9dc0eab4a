import { expect, test } from 'vitest'
import { STATE_CODES } from '../../src/state/codes.ts'
import { stateDiagnostic } from '../../src/state/state-diagnostic.ts'
import type { StateError } from '../../src/state/state-result.ts'

const message = 'What happened.'
const file = 'shop.state.json'

/** One error of each kind; the type asks for a new one as soon as there is a new kind. */
const ERRORS: { readonly [Kind in StateError['kind']]: Extract<StateError, { readonly kind: Kind }> } = {
  corrupt: { kind: 'corrupt', message, file, line: 3, column: 7 },
  'newer-version': { kind: 'newer-version', message, file },
  sealed: { kind: 'sealed', message, file },
  unsealed: { kind: 'unsealed', message, file },
  locked: { kind: 'locked', message, holder: undefined },
  'lock-lost': { kind: 'lock-lost', message },
  moved: { kind: 'moved', message },
  lineage: { kind: 'lineage', message },
  'invalid-name': { kind: 'invalid-name', message },
  'invalid-configuration': { kind: 'invalid-configuration', message },
  'not-found': { kind: 'not-found', message },
  'in-use': { kind: 'in-use', message },
  'too-large': { kind: 'too-large', message },
  unauthorized: { kind: 'unauthorized', message },
  unreachable: { kind: 'unreachable', message },
  backend: { kind: 'backend', message },
  io: { kind: 'io', message },
  aborted: { kind: 'aborted', message },
}

const diagnostics = Object.values(ERRORS).map(stateDiagnostic)

test('every code of the table is what some error of the state comes to', () => {
  expect(diagnostics.map(({ code }) => code).sort()).toEqual(Object.keys(STATE_CODES).sort())
})

test('each says what it is and, where something can be done, what', () => {
  const lines = diagnostics.map(({ severity, code, summary, detail, location, hint }) =>
    [
      `${severity} ${summary} [${code}]`,
      ...(location === undefined ? [] : [`at ${location.file}:${location.line}:${location.column}`]),
      detail,
      ...(hint === undefined ? [] : [`→ ${hint}`]),
    ].join('\n  '),
  )
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "error State file damaged [MF8001]
      at shop.state.json:3:7
      What happened.
      → Restore the file from a backup, or move it away to start anew; objects that carry our labels are found again.
    error State of a newer meshform [MF8002]
      What happened.
      → Use the meshform that wrote it, or a newer one: this one can not know what has become of the format.
    error Encrypted, and no key opens it [MF8003]
      What happened.
      → Give the passphrase or key that it was written with.
    error Not encrypted, although a key is given [MF8018]
      What happened.
      → If it never was encrypted: \`meshform state rekey\` does that now. If it was, somebody replaced it: restore it.
    error State is locked [MF8004]
      What happened.
      → Wait with --lock-timeout, or, if its run is surely dead and its ID at hand: meshform force-unlock ID
    error Lock lost [MF8005]
      What happened.
      → Run the command again: it starts from the state as it is now.
    error State has moved [MF8006]
      What happened.
      → Run the command again: it starts from the state as it is now.
    error Another state [MF8007]
      What happened.
      → Hold it against the stored one (\`meshform state pull\`). An older one, or one of another lineage, is taken with --force.
    error Invalid name [MF8008]
      What happened.
    error Invalid state settings [MF8009]
      What happened.
    error No such state or lock [MF8010]
      What happened.
    error Workspace in use [MF8011]
      What happened.
    error State too large [MF8012]
      What happened.
    error State backend refused access [MF8013]
      What happened.
      → Give it credentials that may read and write there: docs/state.md says where each backend looks for them.
    error State backend not reachable [MF8014]
      What happened.
      → Mend the address, or the way to it, and run the command again.
    error State backend failed [MF8015]
      What happened.
    error State could not be read or written [MF8016]
      What happened.
      → Mend that and run the command again: what was done until then is recorded, or looked for.
    error Interrupted [MF8017]
      What happened."
  `)
})
