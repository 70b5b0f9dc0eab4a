/** Mistakes in how a command is called, and troubles of the engine. Documented in docs/diagnostics.md. */
export const COMMAND_CODES = {
  MF4001: { title: 'Cluster not reached', explanation: 'A change belongs to a cluster that can not be reached.' },
  MF4002: { title: 'Object failed', explanation: 'The object was applied, and its controller says that it failed.' },
  MF4003: {
    title: 'Object not healthy in time',
    explanation: 'The object was applied, and did not become healthy within its timeout.',
  },
  MF4004: { title: 'Object not gone in time', explanation: 'The object was deleted and is still there: a finalizer holds it.' },
  MF4005: { title: 'State can not be written', explanation: 'An intent could not be recorded, so its effect was not begun.' },
  MF4007: {
    title: 'Stale plan',
    explanation: 'The saved plan no longer fits the state, the design or the live objects it was made from.',
  },
  MF4009: {
    title: 'No way back',
    explanation: 'The history of the state does not reach back to the deploy that a rollback names.',
  },
  MF4008: {
    title: 'Perf-check failed',
    explanation: 'A threshold of a perf-check does not hold, or the measurement is not valid.',
  },
  MF4010: {
    title: 'Secret values are not at hand',
    explanation:
      'A saved plan is applied where its design is not, and an object of it holds secret values that no input makes. A plan without an encryption key holds no secret: give its sensitive inputs again, or apply it beside its design.',
  },
  MF4011: {
    title: 'Plan with errors',
    explanation: 'The plan was saved although it has errors, so that they can be looked at; it can not be applied.',
  },
  MF4012: {
    title: 'Not waited for',
    explanation:
      'The run was stopped while objects that it had written were not healthy yet. They are recorded; the next apply waits for them.',
  },
  MF4013: {
    title: 'Left unhealthy',
    explanation:
      'Objects are as the design says and not healthy, as after an apply that gave up waiting. The next apply waits for them.',
  },
  MF4014: {
    title: 'Changed before it was taken over',
    explanation:
      'An object whose fields were to become those of the design was changed between the plan and its turn. It was left as it is.',
  },
  MF4015: {
    title: 'Short secrets in a plan or state without a key',
    explanation:
      'A plan was saved, or a state is written, that is not encrypted and holds digests of secrets so short that whoever has it could guess them by trial. A key encrypts plans and state.',
  },
  MF6001: { title: 'Option without a value', explanation: 'An option needs a value in another form.' },
  MF6002: {
    title: 'Confirmation needed',
    explanation: 'The command would ask, and there is nobody to answer: no terminal on standard input.',
  },
  MF6003: {
    title: 'File can not be read',
    explanation: 'A file named on the command line can not be read, or is not what it should be.',
  },
  MF6004: { title: 'Not a plan file', explanation: 'The file is no plan that this version can apply.' },
  MF6005: { title: 'Nothing to show', explanation: 'What was asked for is not recorded.' },
  MF6006: {
    title: 'Plan file was changed',
    explanation:
      'The file is no longer what `plan --out` wrote: it was damaged or edited. A saved plan is carried out as it was reviewed, or not at all. Make the plan again.',
  },
  MF6030: {
    title: 'Sandbox can not be served',
    explanation: 'The server of the sandbox did not start: its folder is in use, its port is taken, or its data can not be read.',
  },
  MF6031: { title: 'Unknown failure', explanation: 'The sandbox has no such failure to switch on, or its amount is not valid.' },
} as const
