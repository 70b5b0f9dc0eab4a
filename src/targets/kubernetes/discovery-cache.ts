import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ServedKind } from '../contract.ts'
import { objectOf, objectsOf, textOf, textsOf } from '../json-fields.ts'
import type { Discovery } from './discovery.ts'
import type { OwnGroups } from './own-groups.ts'

/** Grows when the file's shape changes; others are ignored. */
const FORMAT = 2
const LARGEST_FILE = 32 * 1024 * 1024

/**
 * What servers serve, kept on disk between runs: one file a server. A file is only trusted together with the server's word that
 * its marks (ETags) still hold, so that a CRD made meanwhile or a new server version is never missed. Of servers that give no marks
 * only what Kubernetes' own groups serve is kept, by the server's version.
 */
export interface DiscoveryCache {
  read(): Promise<Discovery | undefined>
  write(discovery: Discovery): Promise<void>
}

/** A cache in a directory. Whatever goes wrong with it only costs time: nothing is reported. */
export function discoveryCache(directory: string, server: string): DiscoveryCache {
  const file = join(directory, 'discovery', `${createHash('sha256').update(server).digest('hex').slice(0, 32)}.json`)
  return {
    read: async () => {
      try {
        const found = await stat(file)
        if (!found.isFile() || found.size > LARGEST_FILE) return undefined
        return discoveryOf(JSON.parse(await readFile(file, 'utf8')), server)
      } catch {
        return undefined
      }
    },
    write: async (discovery) => {
      const { etags, own } = discovery
      const marked = Object.keys(etags).length > 0
      if (!marked && own === undefined) return
      const temporary = `${file}.${randomUUID()}`
      try {
        await mkdir(join(directory, 'discovery'), { recursive: true, mode: 0o700 })
        const content = { format: FORMAT, server, ...(marked ? { etags, kinds: discovery.kinds } : { own }) }
        await writeFile(temporary, JSON.stringify(content), { mode: 0o600 })
        await chmod(temporary, 0o600)
        await rename(temporary, file)
      } catch {
        await rm(temporary, { force: true }).catch(() => {})
      }
    },
  }
}

function discoveryOf(value: JsonValue, server: string): Discovery | undefined {
  if (!isJsonObject(value) || value.format !== FORMAT || value.server !== server) return undefined
  if (isJsonObject(value.own)) return { kinds: [], silent: [], etags: {}, own: ownGroupsOf(value.own) }
  const etags: { [path: string]: string } = {}
  const given = isJsonObject(value.etags) ? value.etags : {}
  for (const path of ['/api', '/apis']) {
    const etag = textOf(given[path])
    // A header is no place for what else may stand in a file.
    if (etag === undefined || !/^(W\/)?"[\x21\x23-\x7e]*"$/.test(etag)) return undefined
    etags[path] = etag
  }
  const kinds = objectsOf(value.kinds).flatMap(servedKindOf)
  return kinds.length === 0 ? undefined : { kinds, silent: [], etags }
}

function ownGroupsOf(value: JsonObject): OwnGroups {
  const groups = Object.entries(objectOf(value.groups)).map(([path, kinds]) => [path, objectsOf(kinds).flatMap(servedKindOf)])
  return { version: textOf(value.version) ?? '', groups: Object.fromEntries(groups) }
}

function servedKindOf(value: JsonObject): readonly ServedKind[] {
  const [group, version, kind, plural] = ['group', 'version', 'kind', 'plural'].map((name) => textOf(value[name]))
  if (group === undefined || version === undefined || kind === undefined || plural === undefined) return []
  return [{ group, version, kind, plural, namespaced: value.namespaced === true, verbs: textsOf(value.verbs) }]
}
