import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import { mistake } from '../mistake.ts'
import type { SourceDocument } from '../source/yaml-source.ts'

/** What is said of the first file of Kustomize among documents: it changes the manifests beside it, which are not meant as they are. */
export function kustomizationAmong(documents: readonly SourceDocument[]): Diagnostic | undefined {
  const found = documents.find(isKustomization)
  if (found === undefined) return undefined
  return mistake('MF1014', found.locate([]), {
    summary: `${found.file} is for Kustomize, which is not run here`,
    detail: 'It says which manifests are meant, and what is changed of them.',
    hint: 'Render them first: `kubectl kustomize . > manifests.yaml`, then name manifests.yaml with -f.',
  })
}

/** True for a document that is for Kustomize; its kind may be left out in a file of its name. */
export function isKustomization({ file, value }: SourceDocument): boolean {
  if (isJsonObject(value) && typeof value.apiVersion === 'string') return value.apiVersion.startsWith('kustomize.config.k8s.io/')
  return /(^|[/\\])kustomization\.ya?ml$/i.test(file)
}
