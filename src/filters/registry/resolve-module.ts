import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { parse } from 'yaml'
import type { ModuleLock } from '../../lock/module-lock.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { isNestedTooDeep } from '../../plan/nested-text.ts'
import { type ArtifactReference, parseArtifactReference } from '../../registry/artifact-reference.ts'
import { fetchHttp } from '../../registry/fetch-http.ts'
import type { RegistryAccess } from '../../registry/registry-client.ts'
import { RegistryError } from '../../registry/registry-error.ts'
import type { FilterCode } from '../codes.ts'
import { maximumModuleSize } from '../inspect/inspect-filter.ts'
import { readModuleFile } from '../read-module.ts'
import { type Envelope, envelopeOf } from './dsse.ts'
import type { FilterLibrary } from './filter-library.ts'
import { type FilterMetadata, metadataOf } from './filter-metadata.ts'
import { pullImage } from './transfer-image.ts'
import { pullSignature } from './transfer-signature.ts'

/** A module with everything that is known of it. */
export interface ResolvedModule {
  readonly bytes: Uint8Array
  /** Of the module, hexadecimal. */
  readonly sha256: string
  /** What a mesh is told to check: `sha256:...` of the image's manifest, or of the module. */
  readonly digest: string
  readonly metadata: FilterMetadata
  readonly signature: Envelope | undefined
}

export type ModuleResolution =
  | { readonly ok: true; readonly module: ResolvedModule }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

/** What modules are resolved with. */
export interface ResolveOptions {
  /** Where relative paths start. */
  readonly folder: string
  /** Digest that the address must stand for, hexadecimal; the design's own word, before that of the lock. */
  readonly sha256?: string
  readonly lock: ModuleLock
  readonly library: FilterLibrary
  readonly access: RegistryAccess
  /**
   * `locked`: a locked module that is kept here is enough. `compare`: ask the address whether it still stands for what was locked.
   * `update`: take whatever it stands for. Default `locked`.
   */
  readonly trust?: 'locked' | 'compare' | 'update'
}

/**
 * Gets a module from wherever it is. A locked address whose module is kept here asks nobody; one that stands for other bytes than
 * were locked, or than the design says, is refused.
 */
export async function resolveModule(source: string, options: ResolveOptions): Promise<ModuleResolution> {
  const reference = parseArtifactReference(source)
  if (typeof reference === 'string') return refuse('MF9015', `${source} is not the address of a module`, `${capital(reference)}.`)
  try {
    return await resolveReference(source, reference, options)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    return refuse('MF9012', `${source} can not be fetched`, `${capital(error.message)}.`, error.hint)
  }
}

async function resolveReference(
  source: string,
  reference: ArtifactReference,
  options: ResolveOptions,
): Promise<ModuleResolution> {
  if (reference.kind === 'file') return fromFile(source, reference.path, options)
  const locked = options.trust === 'update' ? undefined : options.lock.get(source)
  const expected = options.sha256 ?? (reference.kind === 'oci' ? reference.digest?.slice('sha256:'.length) : undefined)
  const enough = options.trust !== 'compare' && (expected === undefined || locked?.digest === `sha256:${expected}`)
  if (locked !== undefined && enough) {
    const kept = await options.library.module(locked.sha256)
    if (kept !== undefined) {
      const { bytes, metadata, signature } = kept
      return { ok: true, module: { bytes, metadata, signature, sha256: locked.sha256, digest: locked.digest } }
    }
  }
  const fetched = await fetchModule(reference, options, expected ?? locked?.sha256)
  const { module } = fetched
  if (expected !== undefined && module.digest !== `sha256:${expected}`) {
    const detail = `It should be sha256:${expected}, and is ${module.digest}.`
    return refuse('MF9016', `${source} is another artifact than the design says`, detail)
  }
  if (locked !== undefined && module.digest !== locked.digest) {
    const detail = `${locked.digest} was locked, and it is ${module.digest} now. Whoever can write there has put something else in its place.`
    const hint = 'If that is right, take it with `meshform filter lock --update`.'
    return refuse('MF9016', `${source} has changed`, detail, hint)
  }
  await options.library.keep(module.bytes, module.metadata, module.signature)
  return fetched
}

async function fetchModule(
  reference: Exclude<ArtifactReference, { kind: 'file' }>,
  options: ResolveOptions,
  expected: string | undefined,
): Promise<ModuleResolution & { readonly ok: true }> {
  if (reference.kind === 'http') {
    const bytes = await fetchHttp(reference.url, options.access, {
      what: 'the module',
      maximum: maximumModuleSize,
      digestKnown: expected !== undefined,
    })
    const sha256 = hex(bytes)
    return { ok: true, module: { bytes, sha256, digest: `sha256:${sha256}`, metadata: {}, signature: undefined } }
  }
  const { module, metadata, digest } = await pullImage(reference, options.access)
  const signature = await pullSignature(reference, digest, options.access)
  return { ok: true, module: { bytes: module, sha256: hex(module), digest, metadata, signature } }
}

async function fromFile(source: string, path: string, options: ResolveOptions): Promise<ModuleResolution> {
  const absolute = resolve(options.folder, path)
  const read = await readModuleFile(absolute, source)
  if (!read.ok) return read
  const sha256 = hex(read.bytes)
  if (options.sha256 !== undefined && options.sha256 !== sha256) {
    const detail = `It should be sha256:${options.sha256}, and is sha256:${sha256}.`
    return refuse('MF9016', `${source} is another module than the design says`, detail)
  }
  const metadata = await metadataBeside(absolute)
  if (typeof metadata === 'string') return refuse('MF9017', `What stands beside ${source} can not be read`, metadata)
  const signature = envelopeOf(await readJson(`${absolute}.dsse.json`))
  return { ok: true, module: { bytes: read.bytes, sha256, digest: `sha256:${sha256}`, metadata, signature } }
}

/** Metadata in `auth.filter.yaml` beside `auth.wasm`. Its `configSchema` is a schema, or the path of one. */
async function metadataBeside(modulePath: string): Promise<FilterMetadata | string> {
  const path = `${modulePath.replace(/\.wasm$/, '')}.filter.yaml`
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return {}
  if (isNestedTooDeep(text)) return `${path} is nested too deep.`
  let value: JsonValue
  try {
    value = parse(text, { maxAliasCount: 0, logLevel: 'error' })
  } catch (error) {
    return `${path} is not YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`
  }
  if (!isJsonObject(value)) return `${path} holds no metadata.`
  const schema = value.configSchema
  if (typeof schema !== 'string') return metadataOf(value)
  const schemaPath = isAbsolute(schema) ? schema : join(dirname(path), schema)
  const loaded = await readJson(schemaPath)
  return loaded === undefined ? `${schemaPath} is not a JSON Schema.` : metadataOf({ ...value, configSchema: loaded })
}

async function readJson(path: string): Promise<JsonValue | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const value: JsonValue = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function refuse(code: FilterCode, summary: string, detail: string, hint?: string): ModuleResolution {
  return { ok: false, diagnostic: { severity: 'error', code, summary, detail, ...(hint === undefined ? {} : { hint }) } }
}
