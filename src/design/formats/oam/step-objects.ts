import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import type { ApplicationDraft } from './application-draft.ts'
import { fillDefaults } from './fill-defaults.ts'
import { given } from './given.ts'

/** An object that a step makes, and the cluster that it is made in; undefined: that of the application. */
export interface StepObject {
  readonly manifest: JsonObject
  readonly cluster: string | undefined
}

/** What a step of a type that makes an object makes. Undefined: refused, and said so. */
export function objectOfStep(
  type: string,
  name: string,
  properties: JsonObject,
  place: ValuePath,
  draft: ApplicationDraft,
): StepObject | undefined {
  const filled = fillDefaults(undefined, properties, place, draft.places)
  const {
    value,
    image,
    replicas = 1,
    cmd,
    configName,
    secretName,
    namespace,
    data,
    cluster,
    ...others
  } = isJsonObject(filled) ? filled : {}
  const where = typeof cluster === 'string' && cluster !== '' && cluster !== 'local' ? cluster : undefined
  const missing = (field: string): undefined => draft.refuse(place, { summary: `${field} is missing` }) as undefined
  switch (type) {
    case 'apply-object':
      if (!isJsonObject(value) || typeof value.kind !== 'string' || typeof value.apiVersion !== 'string') return missing('value')
      return { manifest: value, cluster: where }
    case 'apply-deployment': {
      if (typeof image !== 'string') return missing('image')
      const labels = { 'workflow.oam.dev/step-name': `${draft.application.metadata.name}-${name}` }
      const container = given({ name, image, command: cmd })
      const spec = {
        selector: { matchLabels: labels },
        replicas,
        template: { metadata: { labels }, spec: { containers: [container] } },
      }
      return { manifest: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec }, cluster: where }
    }
    case 'export2config':
      if (typeof configName !== 'string') return missing('configName')
      return {
        manifest: given({ apiVersion: 'v1', kind: 'ConfigMap', metadata: given({ name: configName, namespace }), data }),
        cluster: where,
      }
    default: {
      if (typeof secretName !== 'string') return missing('secretName')
      if (others.kind === 'docker-registry') {
        draft.refuse([...place, 'kind'], {
          summary: 'Credentials of a registry are not taken over',
          hint: 'Make the Secret yourself, and take the step out.',
        })
        return undefined
      }
      const metadata = given({ name: secretName, namespace })
      return {
        manifest: given({ apiVersion: 'v1', kind: 'Secret', metadata, type: others.type, stringData: data }),
        cluster: where,
      }
    }
  }
}
