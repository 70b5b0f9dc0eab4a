import { coverDiagnostic, coverDiagnostics } from '../plan/cover-diagnostics.ts'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import { type SensitiveTexts, sensitiveTexts } from '../plan/sensitive-text.ts'
import { isSecretField } from '../planner/mask.ts'
import type { Emit } from './events.ts'

/** Values of Secrets from this length on are looked for in what servers say; shorter ones may be common words. */
const SHORTEST_VALUE = 6

/** What knows the secrets of a plan. */
interface Secrets {
  readonly manifests: ReadonlyMap<string, Manifest>
  readonly sensitiveValues: readonly string[]
}

/** The plan with the secrets covered that servers or expressions named when they refused something. */
export function coverMessages(plan: Plan, secrets: Secrets): Plan {
  if (plan.diagnostics.length + plan.conditions.length === 0) return plan
  const texts = secretsOf(secrets)
  const conditions = plan.conditions.map((condition) => ({ ...condition, problems: condition.problems.map(texts.cover) }))
  return { ...plan, diagnostics: coverDiagnostics(plan.diagnostics, texts), conditions }
}

/** The same for what is said while a plan is carried out. */
export function coverEvents(emit: Emit, secrets: Secrets): Emit {
  let found: SensitiveTexts | undefined
  const texts = () => {
    found ??= secretsOf(secrets)
    return found
  }
  return (event) => {
    switch (event.type) {
      case 'apply-failed':
      case 'diagnostic':
        return emit({ ...event, diagnostic: coverDiagnostic(event.diagnostic, texts()) })
      case 'apply-progress':
        return emit({ ...event, reason: texts().cover(event.reason) })
      default:
        return emit(event)
    }
  }
}

function secretsOf({ manifests, sensitiveValues }: Secrets): SensitiveTexts {
  const values = [...manifests.values()].flatMap((manifest) =>
    Object.entries(manifest).flatMap(([field, value]) => (isSecretField(manifest, field) ? valuesOf(field, value) : [])),
  )
  return sensitiveTexts([...sensitiveValues, ...values.filter((value) => value.length >= SHORTEST_VALUE)])
}

/** As they are, and of `data` decoded as well. */
function valuesOf(field: string, values: JsonValue | undefined): readonly string[] {
  if (!isJsonObject(values)) return []
  return Object.values(values).flatMap((value) => {
    const text = String(value)
    return field === 'data' ? [text, Buffer.from(text, 'base64').toString('utf8')] : [text]
  })
}
