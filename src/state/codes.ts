/** What can be wrong with a state, its lock or its backend. Documented in docs/diagnostics.md. */
export const STATE_CODES = {
  MF8001: {
    title: 'State file damaged',
    explanation:
      'A state file or journal is not what meshform wrote: cut off, changed or mixed up. It is left as it is; restore it from a backup, or pull and push a state that is right.',
  },
  MF8002: {
    title: 'State of a newer meshform',
    explanation: 'The state was written by a newer version, whose meaning this one does not know.',
  },
  MF8003: {
    title: 'Encrypted, and no key opens it',
    explanation: 'The state or plan is encrypted, and no key was given that opens it.',
  },
  MF8004: {
    title: 'State is locked',
    explanation:
      'Another operation holds the lock. It ends, or expires by itself within a minute of its process dying; wait with --lock-timeout, or take the lock away with force-unlock.',
  },
  MF8005: {
    title: 'Lock lost',
    explanation:
      'The lock could not be kept: it was taken away, or its heartbeat failed for too long. What was done is in the journal; run the command again.',
  },
  MF8006: {
    title: 'State has moved',
    explanation: 'Someone else wrote the state since it was read. Nothing was overwritten; run the command again.',
  },
  MF8007: {
    title: 'Another state',
    explanation:
      'The state belongs to another design or another lineage, or is older than the stored one: taking it would lose objects. `state push --force` takes it all the same.',
  },
  MF8008: {
    title: 'Invalid name',
    explanation: 'Names of workspaces and designs are RFC 1123 labels: lower-case letters, digits and dashes.',
  },
  MF8009: {
    title: 'Invalid state settings',
    explanation: 'The settings of the state backend or of its encryption cannot be used as they are.',
  },
  MF8010: { title: 'No such state or lock', explanation: 'Nothing of that name or id is there.' },
  MF8011: {
    title: 'Workspace in use',
    explanation: 'The workspace still has objects: destroy them first, or delete it with force, which forgets them.',
  },
  MF8012: { title: 'State too large', explanation: 'The state is larger than meshform reads or than the backend stores.' },
  MF8013: {
    title: 'State backend refused access',
    explanation: 'The backend did not accept the credentials, or they do not allow what was asked.',
  },
  MF8014: {
    title: 'State backend not reachable',
    explanation: 'The backend did not answer. Nothing was changed that the journal does not know.',
  },
  MF8015: { title: 'State backend failed', explanation: 'The backend answered something that it should not.' },
  MF8016: { title: 'State could not be read or written', explanation: 'The file system refused.' },
  MF8017: { title: 'Interrupted', explanation: 'The operation on the state was interrupted.' },
  MF8018: {
    title: 'Not encrypted, although a key is given',
    explanation:
      'A state or journal that a key should open is plain text. Somebody may have put it in place of the encrypted one, so nothing of it is believed. `state rekey` encrypts a state that never was.',
  },
} as const
