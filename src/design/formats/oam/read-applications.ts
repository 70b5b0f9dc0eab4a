import { basename } from 'node:path'
import type { Diagnostic } from '../../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
import { mistake } from '../../mistake.ts'
import { didYouMean } from '../../nearest.ts'
import type { SourceDocument } from '../../source/yaml-source.ts'
import { checkValue } from '../../validate/check-value.ts'
import { CombinedResources } from '../combined-document.ts'
import type { Conversion } from '../conversion.ts'
import { labelOf } from '../foreign-text.ts'
import { manifestResource } from '../kubernetes-manifests.ts'
import { type Application, applicationSchema } from './application.ts'
import { ApplicationDraft } from './application-draft.ts'
import { Definitions } from './definitions.ts'
import { deliverApplication } from './deliver-application.ts'

const DEFINITIONS = [
  'ComponentDefinition',
  'PolicyDefinition',
  'ScopeDefinition',
  'TraitDefinition',
  'WorkflowStepDefinition',
  'WorkloadDefinition',
]

/**
 * OAM applications (core.oam.dev/v1beta1), and the plain objects beside them, as a design of resources. `name` is that of the folder or
 * file, for designs of several applications.
 */
export function readApplications(
  documents: readonly SourceDocument[],
  manifests: readonly SourceDocument[],
  name: string,
): Conversion {
  const diagnostics: Diagnostic[] = []
  const resources = new CombinedResources()
  const definitions = documents.filter(({ value }) => DEFINITIONS.includes(kindOf(value)))
  const applications = documents.filter((document) => isApplication(document))
  for (const document of documents) {
    if (!definitions.includes(document) && !applications.includes(document)) diagnostics.push(refuseKind(document))
  }
  for (const document of definitions) diagnostics.push(leaveDefinition(document))
  for (const manifest of manifests) {
    const made = manifestResource(manifest)
    resources.add(made.name, made.resource)
  }
  const clusters = new Set<string>()
  for (const document of applications) {
    const misfits = checkValue(applicationSchema, document.value, 'evaluated')
    diagnostics.push(
      ...misfits.map(({ code, path, onKey, ...words }) =>
        mistake(code, onKey ? document.locateKey(path) : document.locate(path), words),
      ),
    )
    if (misfits.length > 0) continue
    const draft = new ApplicationDraft(document, document.value as unknown as Application)
    for (const cluster of deliverApplication(draft, new Definitions(definitions), resources)) clusters.add(cluster)
    diagnostics.push(...draft.diagnostics)
  }
  const [first = documents[0]] = applications
  const failed = diagnostics.some(({ severity }) => severity === 'error')
  if (first === undefined || failed || resources.names.length === 0) {
    if (!failed && first !== undefined) diagnostics.push(nothingToDeploy(first))
    return { document: undefined, diagnostics }
  }
  const called = applications.length === 1 ? String(metadataOf(first).name) : basename(name).replace(/\.(ya?ml|json)$/i, '')
  const others: JsonObject =
    clusters.size === 0 ? {} : { clusters: Object.fromEntries([...clusters].map((cluster) => [cluster, { context: cluster }])) }
  const document = resources.document(labelOf(called) || 'application', others, {
    file: first.file,
    locate: () => first.locate(['metadata', 'name']),
  })
  return { document, diagnostics }
}

function kindOf(value: SourceDocument['value']): string {
  return isJsonObject(value) ? String(value.kind) : ''
}

function metadataOf({ value }: SourceDocument): JsonObject {
  return isJsonObject(value) && isJsonObject(value.metadata) ? value.metadata : {}
}

function isApplication({ value }: SourceDocument): boolean {
  return isJsonObject(value) && value.kind === 'Application' && value.apiVersion === 'core.oam.dev/v1beta1'
}

function refuseKind(document: SourceDocument): Diagnostic {
  const { value } = document
  const { apiVersion, kind } = isJsonObject(value) ? value : {}
  const older = apiVersion !== 'core.oam.dev/v1beta1'
  return mistake('MF1014', document.locate([older ? 'apiVersion' : 'kind']), {
    summary: `The kind ${String(kind)} of ${String(apiVersion)} is not read`,
    detail: older
      ? 'Of OAM, applications of core.oam.dev/v1beta1 are read; earlier versions had components and configurations as objects of their own.'
      : 'Policies and workflows are read where they stand in an Application.',
    hint: older
      ? 'Write an Application whose components have types, or name the workloads themselves as plain manifests.'
      : (didYouMean(String(kind), ['Application', ...DEFINITIONS]) ?? 'Write it into the Application.'),
  })
}

function leaveDefinition(document: SourceDocument): Diagnostic {
  const name = String(metadataOf(document).name)
  return mistake('MF1015', document.locate(['kind']), {
    severity: 'info',
    summary: `The ${kindOf(document.value)} ${name} is no object to deploy`,
    detail: "It tells KubeVela how to render a type. Its CUE is not evaluated here; KubeVela's own types are known.",
  })
}

function nothingToDeploy(document: SourceDocument): Diagnostic {
  return mistake('MF1014', document.locate([]), {
    summary: `There is nothing to deploy in ${document.file}`,
    detail: isApplication(document) ? 'No component is deployed.' : 'It holds definitions alone.',
  })
}
