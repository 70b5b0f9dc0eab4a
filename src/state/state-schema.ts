import { DEPLOY_RESULTS, EFFECTS, OPERATIONS } from './record-codec.ts'

const text = { type: 'string' } as const
const count = { type: 'integer', minimum: 0 } as const

function closed(properties: { readonly [name: string]: object }, description: string, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', description, properties, required, additionalProperties: false }
}

const key = closed(
  { cluster: text, group: text, kind: text, namespace: text, name: text },
  "What makes an object itself. group is '' for the core group, namespace '' for cluster-scoped objects.",
)

const recordedObject = closed(
  {
    key,
    apiVersion: text,
    address: { type: 'string', description: 'The component it belongs to, such as traffic.reviews.' },
    desiredDigest: {
      type: 'string',
      description: 'sha256 of the object as it was sent; where it holds secrets, pbkdf2: and a salted, stretched digest.',
    },
    desired: { type: 'object', description: 'The object as it was sent; secret values are replaced by their digests.' },
    ownedDigest: { type: 'string', description: 'sha256 of the owned, normalised fields right after it was applied.' },
    resourceVersion: text,
    uid: text,
    created: { type: 'boolean', description: 'False when the object was there before and only adopted.' },
    dependencies: { type: 'array', items: text, description: 'Objects it was applied after: deleted in the reverse order.' },
    protect: { enum: [false, true, 'confirm'], description: 'Deleting or replacing it is refused, or wants a confirmation.' },
    fieldManager: { type: 'string', description: 'The field manager that applied it, where it is not the usual one.' },
    deleteTimeout: { ...count, description: 'How long its delete may take, in milliseconds, where that is not the default.' },
    context: { type: 'string', description: "The kubeconfig's context that stood in for the cluster." },
  },
  'One object that was applied.',
  ['fieldManager', 'deleteTimeout', 'context'],
)

const pendingEffect = closed(
  {
    action: { enum: EFFECTS },
    key,
    apiVersion: text,
    address: text,
    desiredDigest: { type: ['string', 'null'] },
    dependencies: { type: 'array', items: text },
    operation: { enum: OPERATIONS },
    since: { type: 'string', format: 'date-time' },
  },
  'An effect that was begun and whose end nobody recorded: the object may or may not exist.',
)

const deployRecord = closed(
  {
    serial: count,
    operation: { enum: OPERATIONS },
    author: text,
    startedAt: { type: 'string', format: 'date-time' },
    durationMs: count,
    planDigest: text,
    designDigest: text,
    result: { enum: DEPLOY_RESULTS },
    summary: { type: 'object', additionalProperties: { type: 'number' } },
    undo: {
      type: 'array',
      description: 'The objects it changed, as they were before: what a rollback goes back to. Missing in old records.',
      items: closed({ id: text, before: { anyOf: [{ type: 'null' }, recordedObject] } }, 'One object; null: it was made.'),
    },
  },
  'One deploy.',
  ['undo'],
)

const heartbeat = closed(
  { lock: { type: 'string', description: 'Id of the lock.' }, at: { type: 'string', format: 'date-time' }, expiryMs: count },
  'Where locks have no heartbeat of their own (http): the holder of this one lived then, and may be silent so long while it holds it.',
)

const plain = closed(
  {
    version: { const: 1 },
    lineage: { type: 'string', description: 'UUID made with the first write: states of different lineages are never mixed.' },
    serial: { ...count, description: 'Counts writes.' },
    heartbeat,
    design: closed({ name: text, version: { type: ['string', 'null'] }, digest: text }, 'The design it was last made from.'),
    journal: {
      anyOf: [
        { type: 'null' },
        closed({ id: text, entry: count }, 'The journal it was last made from, and up to which entry that is part of it.'),
      ],
    },
    objects: { type: 'array', items: recordedObject, description: 'Sorted by key, each once.' },
    pending: { type: 'array', items: pendingEffect },
    outputs: {
      type: 'object',
      additionalProperties: closed(
        {
          value: { description: 'Any JSON; of a sensitive output, what stands for it.' },
          sensitive: { type: 'boolean' },
          secret: { description: 'What a sensitive output is: only inside an encrypted state.' },
        },
        'One output.',
        ['secret'],
      ),
    },
    history: { type: 'array', items: deployRecord, description: 'The oldest first.' },
    baselines: { type: 'object', description: 'Perf baselines and last results by name.' },
    checksum: {
      type: 'string',
      pattern: '^sha256:[0-9a-f]{64}$',
      description: 'sha256 of the file up to, and without, the name of this field.',
    },
  },
  'The state of one design in one workspace.',
  ['heartbeat'],
)

const sealed = closed(
  {
    version: { const: 1 },
    lineage: text,
    serial: count,
    heartbeat,
    sealed: closed(
      {
        cipher: { const: 'aes-256-gcm' },
        keyId: { type: 'string', pattern: '^[0-9a-f]{16}$' },
        salt: {
          type: 'string',
          description: 'base64 of the salt of scrypt when the key comes from a passphrase.',
        },
        kdf: closed(
          { name: { const: 'scrypt' }, N: count, r: count, p: count },
          'What scrypt was asked for; where it is missing beside a salt: N 131072, r 8, p 1.',
        ),
        data: { type: 'string', description: 'base64 of nonce (12 bytes), tag (16 bytes) and ciphertext.' },
      },
      'The plain document, encrypted.',
      ['salt', 'kdf'],
    ),
  },
  'The same, encrypted: only version, lineage, serial and heartbeat can be read.',
  ['heartbeat'],
)

/** JSON Schema of the state file; schemas/state.schema.json is this, written out. */
export const STATE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://meshform.dev/schemas/state.schema.json',
  title: 'meshform state, version 1',
  oneOf: [plain, sealed],
} as const
