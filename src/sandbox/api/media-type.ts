import { notAcceptable } from './status-error.ts'

/** The form in which objects are answered. */
export type ObjectForm = 'object' | 'table' | 'partial' | 'partials'

/** What the client accepts: a form of objects, or a whole other document for discovery. */
export interface AcceptedMedia {
  readonly form: ObjectForm
  readonly contentType: string
  /** The version of `meta.k8s.io` that tables and partial objects are answered in. */
  readonly metaVersion: MetaVersion
}

/** Versions of `meta.k8s.io`; they differ in nothing but name. */
export type MetaVersion = 'v1' | 'v1beta1'

interface MediaRange {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

/** The ranges of an Accept header in the client's order. */
export function mediaRangesOf(accept: string): readonly MediaRange[] {
  return accept
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
      return {
        type: type.toLowerCase(),
        parameters: new Map(
          parameters.map((parameter) => {
            const equals = parameter.indexOf('=')
            return [parameter.slice(0, equals), parameter.slice(equals + 1)] as const
          }),
        ),
      }
    })
}

const acceptedTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

function isJson(type: string): boolean {
  return type === 'application/json' || type === '*/*' || type === 'application/*'
}

/** Picks the first form that the sandbox can answer in. JSON is all it speaks. */
export function acceptedMedia(accept: string | undefined): AcceptedMedia {
  const contentType = 'application/json'
  const plain: AcceptedMedia = { form: 'object', contentType, metaVersion: 'v1' }
  const ranges = mediaRangesOf(accept ?? '')
  if (ranges.length === 0) return plain
  for (const { type, parameters } of ranges) {
    if (!isJson(type)) continue
    const as = parameters.get('as')
    if (as === undefined) return plain
    const metaVersion = parameters.get('v')
    if (parameters.get('g') !== 'meta.k8s.io' || (metaVersion !== 'v1' && metaVersion !== 'v1beta1')) continue
    if (as === 'Table') return { form: 'table', contentType, metaVersion }
    if (as === 'PartialObjectMetadata') return { form: 'partial', contentType, metaVersion }
    if (as === 'PartialObjectMetadataList') return { form: 'partials', contentType, metaVersion }
  }
  throw notAcceptable(acceptedTypes)
}
