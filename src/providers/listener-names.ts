import type { ComponentOf } from '../design/component.ts'
import type { GatewaySpec } from '../design/schema/gateway.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { mistake } from './mistake.ts'

/** The names of a gateway's listeners, in order: as written, else by protocol and port, with a number where another has that name. */
export function listenerNames(listeners: GatewaySpec['listeners']): readonly string[] {
  const taken = new Set(listeners.map(({ name }) => name))
  return listeners.map((listener) => {
    if (listener.name !== undefined) return listener.name
    const base = `${listener.protocol ?? 'http'}-${listener.port}`
    let name = base
    for (let number = 2; taken.has(name); number++) name = `${base}-listener-${number}`
    taken.add(name)
    return name
  })
}

/** Meshes know listeners by name, so that two of one name are refused. */
export function namesakeListeners(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  const names = gateway.spec.listeners.map(({ name }) => name)
  return names.flatMap((name, index) =>
    name === undefined || names.indexOf(name) === index
      ? []
      : [
          mistake(gateway, ['listeners', index, 'name'], 'MF3020', {
            summary: `Another listener of this gateway is named "${name}"`,
            hint: 'Give it a name of its own, or none: it is then named by protocol and port.',
          }),
        ],
  )
}
