import type { Diagnostic } from '../plan/diagnostic.ts'
import { STATE_CODES } from './codes.ts'
import type { StateError } from './state-result.ts'

const CODES: { readonly [Kind in StateError['kind']]: keyof typeof STATE_CODES } = {
  corrupt: 'MF8001',
  'newer-version': 'MF8002',
  sealed: 'MF8003',
  unsealed: 'MF8018',
  locked: 'MF8004',
  'lock-lost': 'MF8005',
  moved: 'MF8006',
  lineage: 'MF8007',
  'invalid-name': 'MF8008',
  'invalid-configuration': 'MF8009',
  'not-found': 'MF8010',
  'in-use': 'MF8011',
  'too-large': 'MF8012',
  unauthorized: 'MF8013',
  unreachable: 'MF8014',
  backend: 'MF8015',
  io: 'MF8016',
  aborted: 'MF8017',
}

/** A state error as users see it, with what to do about it. */
export function stateDiagnostic(error: StateError): Diagnostic {
  const code = CODES[error.kind]
  const location =
    error.kind === 'corrupt' && error.line !== undefined
      ? { file: error.file, line: error.line, column: error.column ?? 1 }
      : undefined
  const hint = hintOf(error)
  return {
    severity: 'error',
    code,
    summary: STATE_CODES[code].title,
    detail: error.message,
    ...(location === undefined ? {} : { location }),
    ...(hint === undefined ? {} : { hint }),
  }
}

function hintOf(error: StateError): string | undefined {
  switch (error.kind) {
    case 'locked':
      return error.holder === undefined
        ? 'Wait with --lock-timeout, or, if its run is surely dead and its ID at hand: meshform force-unlock ID'
        : `Wait with --lock-timeout, or, if that operation is surely dead: meshform force-unlock ${error.holder.info.id}`
    case 'lock-lost':
    case 'moved':
      return 'Run the command again: it starts from the state as it is now.'
    case 'corrupt':
      return 'Restore the file from a backup, or move it away to start anew; objects that carry our labels are found again.'
    case 'sealed':
      return 'Give the passphrase or key that it was written with.'
    case 'unsealed':
      return 'If it never was encrypted: `meshform state rekey` does that now. If it was, somebody replaced it: restore it.'
    case 'io':
      return 'Mend that and run the command again: what was done until then is recorded, or looked for.'
    case 'unauthorized':
      return 'Give it credentials that may read and write there: docs/state.md says where each backend looks for them.'
    case 'unreachable':
      return 'Mend the address, or the way to it, and run the command again.'
    case 'newer-version':
      return 'Use the meshform that wrote it, or a newer one: this one can not know what has become of the format.'
    case 'lineage':
      return 'Hold it against the stored one (`meshform state pull`). An older one, or one of another lineage, is taken with --force.'
    case 'invalid-name':
    case 'invalid-configuration':
    case 'not-found':
    case 'in-use':
    case 'too-large':
    case 'backend':
    case 'aborted':
      return undefined
  }
}
