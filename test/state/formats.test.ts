import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/plan/json.ts'
import { createCipher } from '../../src/state/encryption.ts'
import { encodeLine, type JournalEntry } from '../../src/state/journal-entry.ts'
import { decodeJournal } from '../../src/state/journal-file.ts'
import { migrate } from '../../src/state/migrations.ts'
import { decodeState, encodeState } from '../../src/state/state-file.ts'
import { STATE_SCHEMA } from '../../src/state/state-schema.ts'
import { refusal, sampleConclusion, sampleEffect, sampleObject, sampleState, value } from './sample-state.ts'

const FILE = 'state.json'
const JOURNAL = '7b0c6f2e-3d0a-4c56-9d52-0e7f0a3f9f10'

function bytesOf(objects: number): Uint8Array {
  return encodeState({ state: sampleState(objects), journal: { id: JOURNAL, entry: 4 } }, undefined)
}

function journalBytes(): Buffer {
  const header: JournalEntry = {
    type: 'header',
    header: {
      lineage: 'l',
      serial: 1,
      lockId: 'x',
      operation: 'apply',
      author: 'ann',
      startedAt: '2026-01-02T03:04:05.000Z',
      planDigest: 'p',
      designDigest: 'd',
    },
  }
  const since = '2026-01-02T03:04:05.000Z'
  const entries: JournalEntry[] = [
    header,
    { type: 'intent', intent: { ...sampleEffect(0), operation: 'apply', since } },
    { type: 'result', result: { id: sampleEffect(0).id, outcome: 'recorded', object: sampleObject(0) } },
    { type: 'result', result: { id: sampleEffect(1).id, outcome: 'failed', uncertain: true } },
    { type: 'end', end: { ...sampleConclusion(), durationMs: 5 } },
  ]
  const lines = entries.map((entry, index) =>
    encodeLine(JOURNAL, { number: index + 1, batch: index + 1, at: 1, entry }, undefined),
  )
  return Buffer.from(lines.join(''))
}

describe('the state file', () => {
  test('comes back as it was written, sealed or not', async () => {
    const stored = { state: sampleState(3), journal: undefined }
    expect(value(await decodeState(encodeState(stored, undefined), FILE, undefined))).toEqual(stored)
    const beating = { ...stored, heartbeat: { lockId: 'a', at: 1_000, expiryMs: 180_000 } }
    expect(value(await decodeState(encodeState(beating, undefined), FILE, undefined))).toEqual(beating)
    const cipher = value(createCipher([{ kind: 'key', key: new Uint8Array(32).fill(3) }]))
    const sealed = encodeState(stored, await cipher.sealer())
    expect(value(await decodeState(sealed, FILE, cipher))).toEqual(stored)
    expect(refusal(await decodeState(sealed, FILE, undefined))).toBe('sealed')
    const other = value(createCipher([{ kind: 'key', key: new Uint8Array(32).fill(4) }]))
    expect(refusal(await decodeState(sealed, FILE, other))).toBe('sealed')
  })

  test('that is not encrypted is refused where there is a key: it may have been put in place of one that was', async () => {
    const key = { kind: 'key', key: new Uint8Array(32).fill(3) } as const
    const plain = encodeState({ state: sampleState(3), journal: undefined }, undefined)
    expect(refusal(await decodeState(plain, FILE, value(createCipher([key]))))).toBe('unsealed')
    expect(refusal(await decodeState(plain, FILE, value(createCipher([key], { acceptsPlain: true }))))).toBe('ok')
    const journal = { id: JOURNAL, file: 'journal', bytes: journalBytes() }
    expect(refusal(await decodeJournal(journal, value(createCipher([key]))))).toBe('unsealed')
    expect(refusal(await decodeJournal(journal, value(createCipher([key], { acceptsPlain: true }))))).toBe('ok')
  })

  test('says what its key cost to make of a passphrase, and asks nobody to pay much more', async () => {
    const cipher = value(createCipher([{ kind: 'passphrase', passphrase: 'a passphrase of length' }]))
    const bytes = encodeState({ state: sampleState(1), journal: undefined }, await cipher.sealer())
    const envelope = JSON.parse(Buffer.from(bytes).toString('utf8'))
    expect(envelope.sealed.kdf).toEqual({ name: 'scrypt', N: 131_072, r: 8, p: 1 })
    const opened = async (kdf: unknown) => {
      const changed = { ...envelope, sealed: { ...envelope.sealed, kdf } }
      return refusal(await decodeState(Buffer.from(JSON.stringify(changed)), FILE, cipher))
    }
    expect(await opened(undefined)).toBe('ok')
    expect(await opened({ name: 'scrypt', N: 16_384, r: 8, p: 1 })).toBe('sealed')
    for (const kdf of [
      { name: 'scrypt', N: 2 ** 30, r: 8, p: 1 },
      { name: 'scrypt', N: 131_073, r: 8, p: 1 },
      { name: 'scrypt', N: 2 ** 20, r: 16, p: 1 },
      { name: 'scrypt', N: -1, r: 8, p: 1 },
      { name: 'argon2', N: 2, r: 8, p: 1 },
      null,
      'scrypt',
    ]) {
      expect([kdf, await opened(kdf)]).toEqual([kdf, 'corrupt'])
    }
  })

  test('with its encrypted text changed, moved or cut is refused', async () => {
    const cipher = value(createCipher([{ kind: 'key', key: new Uint8Array(32).fill(3) }]))
    const sealer = await cipher.sealer()
    const envelope = JSON.parse(Buffer.from(encodeState({ state: sampleState(1), journal: undefined }, sealer)).toString('utf8'))
    const read = async (changed: object) => refusal(await decodeState(Buffer.from(JSON.stringify(changed)), FILE, cipher))
    expect(await read({ ...envelope, serial: envelope.serial + 1 })).toBe('corrupt')
    expect(await read({ ...envelope, lineage: 'other' })).toBe('corrupt')
    await fc.assert(
      fc.asyncProperty(fc.nat(envelope.sealed.data.length - 1), fc.constantFrom('A', 'z', '/', ''), async (at, letter) => {
        const { data } = envelope.sealed
        const changed = data.slice(0, at) + letter + data.slice(at + 1)
        if (!Buffer.from(changed, 'base64').equals(Buffer.from(data, 'base64'))) {
          expect(await read({ ...envelope, sealed: { ...envelope.sealed, data: changed } })).toBe('corrupt')
        }
      }),
      { numRuns: 100 },
    )
  })

  test('fits its published schema', async () => {
    const ajv = new Ajv2020({ strict: false })
    addFormats.default(ajv)
    const validate = ajv.compile(STATE_SCHEMA)
    const cipher = value(createCipher([{ kind: 'passphrase', passphrase: 'a passphrase of length' }]))
    const undo = [
      { id: 'a', before: null },
      { id: 'b', before: sampleObject(1) },
    ]
    const state = sampleState(2)
    const heartbeat = { lockId: 'a', at: 0, expiryMs: 180_000 }
    const history = state.history.map((record) => ({ ...record, undo }))
    for (const bytes of [
      bytesOf(2),
      encodeState({ state: { ...state, history }, journal: undefined }, undefined),
      encodeState({ state, journal: undefined, heartbeat }, undefined),
      encodeState({ state, journal: undefined, heartbeat }, await cipher.sealer()),
      encodeState({ state, journal: undefined }, await cipher.sealer()),
    ]) {
      validate(JSON.parse(Buffer.from(bytes).toString('utf8')))
      expect(validate.errors ?? []).toEqual([])
    }
  })

  test('that is cut off anywhere is refused, with the place', async () => {
    const bytes = bytesOf(2)
    for (let length = 0; length < bytes.byteLength - 1; length += 7) {
      expect(refusal(await decodeState(bytes.subarray(0, length), FILE, undefined))).toBe('corrupt')
    }
    expect(await decodeState(bytes.subarray(0, 400), FILE, undefined)).toMatchInlineSnapshot(`
      {
        "error": {
          "column": 173,
          "file": "state.json",
          "kind": "corrupt",
          "line": 7,
          "message": "state.json is damaged at line 7, column 173. It ends too early: it was cut off while it was written or copied. It was left as it is.",
        },
        "ok": false,
      }
    `)
  })

  test('with any byte changed is refused or says the same', async () => {
    const bytes = bytesOf(2)
    const whole = value(await decodeState(bytes, FILE, undefined))
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.byteLength - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ flip
        const decoded = await decodeState(changed, FILE, undefined)
        if (decoded.ok) expect(decoded.value).toEqual(whole)
        else expect(['corrupt', 'newer-version']).toContain(decoded.error.kind)
      }),
      { numRuns: 150 },
    )
  })

  test('laid out anew says the same; a field more is damage', async () => {
    const bytes = bytesOf(2)
    const text = Buffer.from(bytes).toString()
    const whole = value(await decodeState(bytes, FILE, undefined))
    const indented = Buffer.from(JSON.stringify(JSON.parse(text), null, 2))
    expect(value(await decodeState(indented, FILE, undefined))).toEqual(whole)
    for (const [from, to] of [
      ['"digest":"design-digest"', '"digest":"design-digest","wersion":null'],
      ['"created":true', '"created":true,"more":1'],
      ['"pending":[', '"more":[],"pending":['],
    ] as const) {
      expect(text).toContain(from)
      expect([to, refusal(await decodeState(Buffer.from(text.replace(from, to)), FILE, undefined))]).toEqual([to, 'corrupt'])
    }
  })

  test('of anything else is refused and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          expect(refusal(await decodeState(bytes, FILE, undefined))).not.toBe('ok')
        },
      ),
      { numRuns: 150 },
    )
  })

  test('of an older version is migrated step by step, of a newer one refused', () => {
    const steps = {
      1: (document: { readonly [key: string]: JsonValue }) => ({ ...document, a: 1 }),
      2: (document: { readonly [key: string]: JsonValue }) => ({ ...document, b: 2 }),
    }
    expect(value(migrate({ version: 1 }, FILE, steps, 3))).toEqual({ version: 3, a: 1, b: 2 })
    expect(refusal(migrate({ version: 4 }, FILE, steps, 3))).toBe('newer-version')
    expect(refusal(migrate({ version: 0 }, FILE, steps, 3))).toBe('corrupt')
    expect(refusal(migrate({}, FILE, steps, 3))).toBe('corrupt')
  })
})

describe('the journal', () => {
  const decode = (bytes: Uint8Array) => decodeJournal({ id: JOURNAL, file: 'journal', bytes }, undefined)

  test('that is cut off anywhere gives the entries that were whole', async () => {
    const bytes = journalBytes()
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1)
    for (let length = 0; length <= bytes.byteLength; length++) {
      const { entries, torn } = value(await decode(bytes.subarray(0, length)))
      const whole = ends.filter((end) => end <= length).length
      // A line whose newline alone is missing is whole.
      const complete = ends.some((end) => end === length + 1) ? whole + 1 : whole
      expect([length, entries.length]).toEqual([length, complete])
      expect(torn).toBe(complete === whole && !ends.includes(length) && length > 0)
    }
  })

  test('with any byte changed is refused, or loses its last entry at most', async () => {
    const bytes = journalBytes()
    const whole = value(await decode(bytes))
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.byteLength - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ flip
        const decoded = await decode(changed)
        if (!decoded.ok) expect(decoded.error.kind).toBe('corrupt')
        else expect(whole.entries.slice(0, decoded.value.entries.length)).toEqual(decoded.value.entries)
        if (decoded.ok) expect(decoded.value.entries.length).toBeGreaterThanOrEqual(whole.entries.length - 1)
      }),
      { numRuns: 150 },
    )
  })
})
