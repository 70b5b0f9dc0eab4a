import Type from 'typebox'
import type { JsonObject } from '../../../plan/json.ts'
import { closed, freeObject, text } from '../../schema/scalars.ts'
import { type ComponentType, rendered } from './component-type.ts'
import { given } from './given.ts'
import { firstOf, flagOr, open, textOr, texts, wholeOr } from './pod-parameters.ts'
import type { RenderScope } from './render-scope.ts'

const bucket = Type.Optional(
  closed(
    {
      bucketName: text('Name of the bucket.'),
      provider: firstOf(['generic', 'azure', 'aws', 'gcp'], 'Who keeps it.'),
      region: Type.Optional(text('Region of the bucket.')),
    },
    'The bucket.',
  ),
)

const source = {
  pullInterval: textOr('5m', 'How often the source is looked at.'),
  url: text('Address of the repository, or endpoint of the bucket.'),
  secretRef: Type.Optional(text('Secret with the credentials.')),
  timeout: Type.Optional(text('How long fetching may take.')),
  oss: bucket,
}

interface Source {
  readonly url: string
  readonly pullInterval: string
  readonly timeout?: string
  readonly secretRef?: string
  readonly oss?: { readonly bucketName: string; readonly provider: string; readonly region?: string }
}

/** The components of KubeVela's Flux addon: Flux carries them out, and must be in the cluster. */
export const FLUX_COMPONENTS: { readonly [type: string]: ComponentType } = {
  helm: rendered(
    'HelmRelease of Flux, and its HelmRepository, GitRepository or Bucket',
    closed(
      {
        ...source,
        repoType: firstOf(['helm', 'git', 'oss', 'oci'], 'What holds the chart.'),
        interval: textOr('30s', 'How often the release is reconciled.'),
        installTimeout: textOr('10m', 'How long an install may take.'),
        sourceName: Type.Optional(text('A source that is there already.')),
        git: Type.Optional(
          closed(
            {
              branch: Type.Optional(text('Branch.')),
              commit: Type.Optional(text('Commit.')),
              name: Type.Optional(text('Reference.')),
              semver: Type.Optional(text('Range of versions.')),
              tag: Type.Optional(text('Tag.')),
            },
            'What of the repository.',
          ),
        ),
        helmrepository: Type.Optional(
          closed({ provider: firstOf(['generic', 'azure', 'aws', 'gcp'], 'Who keeps it.') }, 'The repository.'),
        ),
        valuesFiles: Type.Optional(texts('Files of values in the source.')),
        chart: text('Name or path of the chart.'),
        version: textOr('*', 'Version of the chart.'),
        targetNamespace: Type.Optional(text('Namespace of the release.')),
        releaseName: Type.Optional(text('Name of the release.')),
        retries: wholeOr(3, 'How often an install or upgrade is tried again.'),
        values: Type.Optional(freeObject('Values of the chart.')),
        valuesFrom: Type.Optional(
          Type.Array(open({ kind: text('Secret or ConfigMap.'), name: text('Its name.') }, 'An object with values.')),
        ),
        upgradeCRD: Type.Optional(Type.Boolean({ description: 'Replace the CRDs with an upgrade.' })),
      },
      'A release of a chart.',
    ),
    (parameters, scope) => {
      const { repoType, sourceName, retries } = parameters
      const kind = { helm: 'HelmRepository', oci: 'HelmRepository', git: 'GitRepository', oss: 'Bucket' }[repoType]
      const repository: JsonObject =
        kind === 'HelmRepository'
          ? {
              apiVersion: 'source.toolkit.fluxcd.io/v1beta2',
              kind,
              metadata: { name: scope.component },
              spec: given({
                url: parameters.url,
                type: repoType === 'oci' ? 'oci' : undefined,
                provider: parameters.helmrepository?.provider,
                ...common(parameters),
              }),
            }
          : sourceObject(kind === 'GitRepository' ? 'git' : 'oss', parameters, parameters.git, scope)
      const output: JsonObject = {
        apiVersion: 'helm.toolkit.fluxcd.io/v2beta1',
        kind: 'HelmRelease',
        spec: given({
          timeout: parameters.installTimeout,
          interval: parameters.pullInterval,
          chart: {
            spec: given({
              chart: parameters.chart,
              version: parameters.version,
              sourceRef: { kind, name: sourceName ?? scope.component },
              interval: parameters.interval,
              valuesFiles: parameters.valuesFiles,
            }),
          },
          targetNamespace: parameters.targetNamespace,
          releaseName: parameters.releaseName,
          values: parameters.values,
          valuesFrom: parameters.valuesFrom,
          install: { remediation: { retries } },
          upgrade: given({ remediation: { retries }, crds: parameters.upgradeCRD === true ? 'CreateReplace' : undefined }),
        }),
      }
      return { output, outputs: sourceName === undefined ? { repo: repository } : {} }
    },
  ),
  kustomize: rendered(
    'Kustomization of Flux, and its GitRepository or Bucket',
    closed(
      {
        ...source,
        repoType: firstOf(['git', 'oss'], 'What holds the folder.'),
        git: Type.Optional(
          closed({ branch: text('Branch.'), provider: Type.Optional(text('GitHub or AzureDevOps.')) }, 'What of the repository.'),
        ),
        path: text('The folder.'),
        prune: flagOr(true, 'Delete what is no longer there.'),
        suspend: flagOr(false, 'Reconcile no more.'),
        force: flagOr(false, 'Recreate what cannot be changed.'),
        targetNamespace: Type.Optional(text('Namespace of the objects.')),
        imageRepository: Type.Optional(freeObject('Images that Flux updates.')),
      },
      'A folder for Kustomize.',
    ),
    (parameters, scope) => {
      if (parameters.imageRepository !== undefined) {
        scope.refuse(['imageRepository'], {
          summary: 'imageRepository is not understood',
          detail: 'It lets Flux write commits of its own into the repository.',
          hint: "Write Flux's ImageRepository, ImagePolicy and ImageUpdateAutomation as a component of type k8s-objects.",
        })
        return undefined
      }
      const { path, suspend, prune, force, targetNamespace, repoType } = parameters
      const kind = repoType === 'git' ? 'GitRepository' : 'Bucket'
      const { component, namespace } = scope
      const output: JsonObject = {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1beta2',
        kind: 'Kustomization',
        spec: given({
          interval: parameters.pullInterval,
          sourceRef: { kind, name: component, namespace },
          path,
          suspend,
          prune,
          force,
          targetNamespace,
        }),
      }
      return { output, outputs: { repo: sourceObject(repoType, parameters, given({ branch: parameters.git?.branch }), scope) } }
    },
  ),
}

function sourceObject(type: 'git' | 'oss', parameters: Source, reference: object | undefined, scope: RenderScope): JsonObject {
  const { url, oss } = parameters
  const metadata = { name: scope.component }
  if (type === 'oss') {
    if (oss === undefined) scope.refuse([], { summary: 'oss is missing', hint: 'With repoType oss, say `oss.bucketName`.' })
    const { bucketName, provider, region } = oss ?? {}
    const spec = given({ endpoint: url, bucketName, provider, region, ...common(parameters) })
    return { apiVersion: 'source.toolkit.fluxcd.io/v1beta2', kind: 'Bucket', metadata, spec }
  }
  const ref = reference === undefined || Object.keys(reference).length === 0 ? undefined : reference
  const spec = given({ url, ref, ...common(parameters) })
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata, spec }
}

function common({ pullInterval, timeout, secretRef }: Source): JsonObject {
  return given({
    secretRef: secretRef === undefined || secretRef === '' ? undefined : { name: secretRef },
    interval: pullInterval,
    timeout,
  })
}
