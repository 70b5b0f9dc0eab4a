import type { MadePlan } from '../engine/make-plan.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import { describeObject, type Manifest } from '../plan/manifest.ts'
import { sensitiveTexts } from '../plan/sensitive-text.ts'
import { coverSecrets, NOT_AT_HAND } from '../planner/cover-secrets.ts'
import { isSecretField } from '../planner/mask.ts'

/** Secrets of an object that are shorter than this, all together, can be guessed against the digest that a plan has of it. */
const SAFE_LENGTH = 12
/** Objects named one by one; the others are counted. */
const NAMED = 10

/**
 * A warning where a plan or a state that is written without a key lets short secrets be guessed: it holds salted, stretched digests of
 * them. Of a state, objects that are in it already are not told again.
 */
export function guessableSecrets(
  { plan, manifests }: Pick<MadePlan, 'plan' | 'manifests'>,
  sensitiveValues: readonly string[],
  place: 'plan' | 'state',
): readonly Diagnostic[] {
  const { isIn } = sensitiveTexts(sensitiveValues)
  const short = plan.changes.filter(({ id, action }) => {
    if (place === 'state' && action === 'no-op') return false
    const manifest = manifests.get(id)
    // Most objects hold no secret: only those that do are covered, to see how much of them is.
    if (manifest === undefined || !(holdsSecret(manifest) || isIn(manifest))) return false
    const length = secretLength(manifest, sensitiveValues)
    return length > 0 && length < SAFE_LENGTH
  })
  const [first] = short
  if (first === undefined) return []
  const names = short.slice(0, NAMED).map(({ key }) => describeObject(key))
  const more = short.length > NAMED ? [`and ${short.length - NAMED} more`] : []
  return [
    {
      severity: 'warning',
      code: 'MF4015',
      summary: `Short secrets could be guessed by whoever has the ${place}`,
      detail: `It holds digests of these objects, salted and stretched, and their secrets have fewer than ${SAFE_LENGTH} characters:\n${[...names, ...more].join('\n')}`,
      address: first.address,
      ...(first.origin === undefined ? {} : { location: first.origin }),
      hint: 'Set MESHFORM_STATE_KEY or MESHFORM_STATE_PASSPHRASE: then plans and state are encrypted. Or take longer secrets.',
    },
  ]
}

/** True for a Secret, and for what has one somewhere in it. */
function holdsSecret(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  return (isJsonObject(value) && isSecretField(value, 'data')) || Object.values(value).some(holdsSecret)
}

/** Characters of all secrets of an object together; values of `data` are base64. */
function secretLength(manifest: Manifest, sensitiveValues: readonly string[]): number {
  const { covered } = coverSecrets(manifest, sensitiveValues, [])
  const walk = (value: JsonValue | undefined, cover: JsonValue | undefined, coded: boolean): number => {
    if (cover === NOT_AT_HAND) return coded ? Buffer.from(String(value), 'base64').length : String(value).length
    if (typeof cover !== 'object' || cover === null || typeof value !== 'object' || value === null) return 0
    const inside = value as { readonly [name: string]: JsonValue }
    return Object.entries(cover).reduce((sum, [name, item]) => sum + walk(inside[name], item as JsonValue, coded), 0)
  }
  const coded = isSecretField(manifest, 'data')
  return Object.entries(covered).reduce((sum, [name, item]) => sum + walk(manifest[name], item, coded && name === 'data'), 0)
}
