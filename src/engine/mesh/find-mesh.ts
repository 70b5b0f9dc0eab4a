import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ObjectKey } from '../../plan/manifest.ts'
import type { Install, MeshProvider } from '../../providers/contract.ts'
import { objectsIn, stringIn } from '../../providers/json-view.ts'
import { compareVersions } from '../../providers/version.ts'
import { targetDiagnostic } from '../../targets/error-diagnostics.ts'
import type { Connection } from '../refresh.ts'
import { meshMistake } from './mesh-mistake.ts'

/** What was found of a mesh that is said to exist. `version` is undefined where nothing tells it. */
export interface FoundMesh {
  readonly version: string | undefined
  readonly diagnostics: readonly Diagnostic[]
}

type ControlPlane = Install['controlPlane'][number]

/** Looks for the control plane of an existing mesh and reads its version off the tag of its image. */
export async function findMesh(
  mesh: ComponentOf<'meshes'>,
  provider: MeshProvider,
  connection: Connection | undefined,
  signal: AbortSignal,
): Promise<FoundMesh> {
  if (connection === undefined || connection.kind === 'unavailable') return { version: undefined, diagnostics: [] }
  const { namespace, controlPlane } = provider.install(mesh)
  if (controlPlane.length === 0) return ofServer(mesh, provider, connection, signal)
  const answers = await Promise.all(
    controlPlane.map(async (part) => {
      const key: ObjectKey = { cluster: mesh.cluster, group: 'apps', kind: part.kind, namespace, name: part.name }
      return { part, key, answer: await connection.target.get(key, 'apps/v1', signal) }
    }),
  )
  const missing: ControlPlane[] = []
  const diagnostics: Diagnostic[] = []
  let version: string | undefined
  for (const { part, key, answer } of answers) {
    if (answer.ok) version ??= versionOfImage(imageOf(answer.value, part.container))
    else if (answer.error.kind === 'not-found' || answer.error.kind === 'not-served') {
      if (part.optional !== true) missing.push(part)
    } else {
      diagnostics.push(
        targetDiagnostic(answer.error, {
          verb: 'look for',
          kind: part.kind,
          cluster: connection.title,
          key,
          address: mesh.address,
        }),
      )
    }
  }
  if (missing.length > 0) {
    const tagged = await taggedRevision(mesh, provider, connection, signal)
    if (tagged !== undefined) {
      return findMesh({ ...mesh, spec: { ...mesh.spec, revision: tagged } }, provider, connection, signal)
    }
    diagnostics.push(notFound(mesh, provider, namespace, missing))
  }
  const asked = mesh.spec.version
  if (version !== undefined && asked !== undefined && isOlder(provider, version, asked)) {
    diagnostics.push(tooOld(mesh, provider, version, asked))
  }
  return { version, diagnostics }
}

/** The revision that a tag stands for, where `revision` names a tag: its webhook bears the revision's label. */
async function taggedRevision(
  mesh: ComponentOf<'meshes'>,
  provider: MeshProvider,
  connection: Extract<Connection, { kind: 'connected' }>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const tag = provider.install(mesh).revisionTag
  if (tag === undefined) return undefined
  const group = 'admissionregistration.k8s.io'
  const key: ObjectKey = { cluster: mesh.cluster, group, kind: 'MutatingWebhookConfiguration', namespace: '', name: tag.webhook }
  const answer = await connection.target.get(key, `${group}/v1`, signal)
  const revision = answer.ok ? stringIn(answer.value, 'metadata', 'labels', tag.label) : undefined
  return revision === mesh.spec.revision ? undefined : revision
}

/** A mesh that is a server itself, such as Consul on machines, has no objects to be found by: the server tells its version. */
async function ofServer(
  mesh: ComponentOf<'meshes'>,
  provider: MeshProvider,
  connection: Extract<Connection, { kind: 'connected' }>,
  signal: AbortSignal,
): Promise<FoundMesh> {
  const described = await connection.target.describe(signal)
  if (!described.ok || described.value.kind !== 'consul') return { version: undefined, diagnostics: [] }
  const { version } = described.value
  const asked = mesh.spec.version
  const old = version !== undefined && asked !== undefined && isOlder(provider, version, asked)
  return { version, diagnostics: old ? [tooOld(mesh, provider, version, asked)] : [] }
}

/** Versions of one kind are compared as they are, others by the releases that they count as. */
function isOlder(provider: MeshProvider, version: string, asked: string): boolean {
  const release = (text: string): string => provider.releaseOf?.(text) ?? text
  const alike = (release(version) === version) === (release(asked) === asked)
  return alike ? compareVersions(version, asked) < 0 : compareVersions(release(version), release(asked)) < 0
}

function imageOf(live: Parameters<typeof objectsIn>[0], container: string): string | undefined {
  const containers = objectsIn(live, 'spec', 'template', 'spec', 'containers')
  return stringIn(containers.find((candidate) => candidate.name === container) ?? containers[0], 'image')
}

/** The version that an image's tag tells: `1.30.0` of `registry.istio.io/release/pilot:1.30.0-distroless`. */
export function versionOfImage(image: string | undefined): string | undefined {
  const tag = /:([\w][\w.-]*)(@.*)?$/.exec(image ?? '')?.[1]
  return /\d+\.\d+(\.\d+)?/.exec(tag ?? '')?.[0]
}

function notFound(
  mesh: ComponentOf<'meshes'>,
  provider: MeshProvider,
  namespace: string,
  missing: readonly ControlPlane[],
): Diagnostic {
  const names = missing.map((part) => `${part.kind} ${namespace}/${part.name}`).join(', ')
  return meshMistake(mesh, ['existing'], 'MF4101', {
    summary: `There is no ${provider.title} in cluster "${mesh.cluster}"`,
    detail: `The design says that it exists, and ${names} ${missing.length === 1 ? 'is' : 'are'} not there.`,
    hint: `Name its \`namespace\` and \`revision\` if they are others, or ${otherwise(provider)}.`,
  })
}

/** How a mesh that is not there comes there. */
function otherwise(provider: MeshProvider): string {
  return provider.capabilities['install.charts'].level === 'no'
    ? 'bring it there first: this design can install it from manifests alone (`install: {manifests: [...]}`)'
    : 'let this design install it: `install: {}` instead of `existing: true`'
}

function tooOld(mesh: ComponentOf<'meshes'>, provider: MeshProvider, version: string, asked: string): Diagnostic {
  return meshMistake(mesh, ['version'], 'MF4102', {
    summary: `${provider.title} in cluster "${mesh.cluster}" is ${version}, and the design asks for ${asked}`,
    detail: 'What the design says of this mesh was checked against the newer version.',
    hint: `Upgrade the mesh, or say \`version: ${version}\` and see what that version can do.`,
  })
}
