import { isJsonObject } from '../../plan/json.ts'
import type { SourceDocument } from '../source/yaml-source.ts'

/** True for a document of OAM: an application, or what KubeVela keeps beside them. */
export function isOamDocument({ value }: SourceDocument): boolean {
  return isJsonObject(value) && typeof value.apiVersion === 'string' && value.apiVersion.startsWith('core.oam.dev/')
}
